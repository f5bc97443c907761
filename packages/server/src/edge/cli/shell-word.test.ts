import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteForShell } from './shell-word.ts'

/** The words as bash reads them. */
function readBack(words: readonly string[]): string[] {
  const script = `printf '%s\\0' ${words.map(quoteForShell).join(' ')}`
  const { stdout, status } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  expect(status).toBe(0)
  return stdout.split('\0').slice(0, -1)
}

const WORD = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((word) => !word.includes('\0'))
const HOSTILE = [
  '$(touch /tmp/x)',
  '`id`',
  "it's",
  'a  b',
  '"',
  '\\',
  '~',
  '*',
  'a\nb',
  '\u001b[2J',
  '\u202eb',
  "'\u0007'\\",
]

test('a shell reads back every word as it was, and runs nothing in it', () => {
  expect(readBack(HOSTILE)).toEqual(HOSTILE)
  fc.assert(
    fc.property(fc.array(WORD, { minLength: 1, maxLength: 200 }), (words) => {
      expect(readBack(words)).toEqual(words)
    }),
    { numRuns: 20 },
  )
})

test('no word speaks to the terminal, and plain ones stay as they are', () => {
  fc.assert(fc.property(WORD, (word) => void expect(quoteForShell(word)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)))
  expect(quoteForShell('/srv/a-b_c.d/@e')).toBe('/srv/a-b_c.d/@e')
  expect(quoteForShell('a b')).toBe("'a b'")
})
