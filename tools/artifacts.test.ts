import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatVerifierKey } from '../packages/server/src/platform/ledger/index.ts'
import { sealRecord } from './validation/seal-record.ts'
import { filled, newFolders, newKey } from './validation/testing.ts'

const folder = newFolders()
const keys = { privateKey: newKey(), keyName: 'release.example' }

function start(program: string, ...args: string[]) {
  const argv = ['--disable-warning=ExperimentalWarning', `tools/${program}.ts`, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('a record is sealed and verified by the commands', () => {
  const { place, paths } = filled(folder())
  const keyFile = join(place, 'release.key')
  writeFileSync(keyFile, keys.privateKey, { mode: 0o600 })
  const artifacts = (...args: string[]) => start('artifacts', ...args, '--folder', place)
  const said = artifacts('seal', paths[0]!, '--key-file', keyFile, '--name', 'release.example').stdout
  const key = said.split('verifier key ')[1]!.trim()
  expect(key).toBe(formatVerifierKey(sealRecord(folder(), paths[0]!, keys).key))
  expect(artifacts('verify', '--key', key)).toEqual({
    status: 0,
    stdout: 'sound: 4 records of ledger, memory; 1 sealed\n',
    stderr: '',
  })
  expect(artifacts('verify')).toEqual({
    status: 0,
    stdout: 'sound: 4 records of ledger, memory; 1 sealed, not verified: give --key\n',
    stderr: '',
  })
  const other = formatVerifierKey(sealRecord(folder(), paths[0]!, { ...keys, privateKey: newKey() }).key)
  expect(artifacts('verify', '--key', other)).toMatchObject({
    status: 7,
    stdout: expect.stringContaining('no named key'),
  })
  rmSync(paths[1]!)
  expect(artifacts('verify', '--key', key).status).toBe(7)
})

test.for<{ readonly what: string; readonly args: readonly [string, ...string[]]; readonly says: RegExp }>([
  { what: 'no task', args: ['artifacts'], says: /^Say verify or seal\.\nnpm run artifacts:verify/ },
  { what: 'another task', args: ['artifacts', 'nothing'], says: /^Say verify or seal\.\nnpm run artifacts:verify/ },
  {
    what: 'an option that there is not',
    args: ['artifacts', 'verify', '--bogus'],
    says: /^Unknown option '--bogus'.*\nnpm run artifacts:verify/,
  },
  { what: 'what is no key', args: ['artifacts', 'verify', '--key', 'x'], says: /^"x" is no verifier key\nnpm run/ },
  {
    what: 'a folder that is not there',
    args: ['artifacts', 'verify', '--folder', 'absent'],
    says: /^There is no folder absent: nothing was recorded there\.\nnpm run/,
  },
  { what: 'no record to seal', args: ['artifacts', 'seal'], says: /^A record, a --key-file and a --name are needed/ },
  { what: 'no count', args: ['record-tests'], says: /^A file with the count of a run is needed\.\nTEST_COUNT_FILE=/ },
  {
    what: 'a count that is not there',
    args: ['record-tests', 'absent.json'],
    says: /^absent\.json holds no count of a run: ENOENT.*\nTEST_COUNT_FILE=/,
  },
])('a command with $what ends with 2, and says how it is called', ({ args, says }) => {
  expect(start(...args)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(says) })
})
