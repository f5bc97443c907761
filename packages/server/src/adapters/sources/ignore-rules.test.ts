import { describe, expect, test } from 'vitest'
import { IgnoreRules, isTamePattern } from './ignore-rules.ts'

describe('a pattern', () => {
  test.for([
    ['**/*.md', true],
    ['docs/**/*-draft-*.md', true],
    ['***', true],
    ['*a*b*c', true],
    ['*a*b*c*', false],
    ['**/a/**/b/**/c', true],
    ['**/a/**/b/**/c/**', false],
    ['x'.repeat(500), true],
    ['x'.repeat(501), false],
  ] as const)('%s is tame: %s', ([pattern, isTame]) => {
    expect(isTamePattern(pattern)).toBe(isTame)
  })
})

describe('ignore files', () => {
  const rules = new IgnoreRules().within('', ['*.log\nbuild/\n# comment\n']).within('sub', ['!keep.log\n/only-here.md'])

  test.for([
    ['a.log', true],
    ['sub/a.log', true],
    ['sub/keep.log', false],
    ['keep.log', true],
    ['sub/only-here.md', true],
    ['sub/deeper/only-here.md', false],
    ['build/x.md', true],
    ['BUILD/x.md', false],
    ['subway/only-here.md', false],
  ] as const)('%s is left out: %s', ([path, isLeftOut]) => {
    expect(rules.isIgnoredDeep(path)).toBe(isLeftOut)
  })
})
