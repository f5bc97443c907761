import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { COMMANDS } from './commands/index.ts'
import { run } from './testing.ts'

const { out: BASH } = await run(['completion', 'bash'])

/** What bash offers for the last of these words. */
function complete(...words: string[]): string[] {
  const line = ['cascade', ...words].map((word) => `'${word}'`).join(' ')
  const script = `${BASH}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _cascade; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, status, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').filter((word) => word !== '')
}

test('bash completes commands, their options, and the values of those', () => {
  expect(complete('se')).toEqual(['search'])
  expect(complete('')).toEqual(expect.arrayContaining(['start', 'import', 'config', '--data']))
  expect(complete('config', '')).toEqual(expect.arrayContaining(['show', 'check']))
  expect(complete('config', 'show', '--j')).toEqual(['--json'])
  expect(complete('search', '--mode', '')).toEqual(['hybrid', 'lexical', 'vector'])
  expect(complete('search', 'start', '--min')).toEqual(['--min-trust'])
  expect(complete('--data', 'x', 'completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
})

test('an unknown word offers nothing that is not there', () => {
  expect(complete('zzz')).toEqual([])
})

test.for(['bash', 'zsh', 'fish'])('%s is told how to install it, and knows every command', async (shell) => {
  const { code, out, err } = await run(['completion', shell])
  expect(code).toBe(0)
  expect(err).toMatch(/^To install it: .*completion/)
  for (const { name } of COMMANDS) expect(out).toContain(name.split(' ').at(-1))
})
