import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatVerifierKey } from '../packages/server/src/platform/ledger/index.ts'
import { sealRecord } from './validation/seal-record.ts'
import { filled, newFolders, newKey } from './validation/testing.ts'

const folder = newFolders()
const keys = { privateKey: newKey(), keyName: 'release.example' }

test('a record is sealed and verified by the commands', () => {
  const { place, paths } = filled(folder())
  const keyFile = join(place, 'release.key')
  writeFileSync(keyFile, keys.privateKey, { mode: 0o600 })
  const artifacts = (...args: string[]) => {
    const argv = ['--disable-warning=ExperimentalWarning', 'tools/artifacts.ts', ...args, '--folder', place]
    return execFileSync(process.execPath, argv, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' })
  }
  const said = artifacts('seal', paths[0]!, '--key-file', keyFile, '--name', 'release.example')
  const key = said.split('verifier key ')[1]!.trim()
  expect(key).toBe(formatVerifierKey(sealRecord(folder(), paths[0]!, keys).key))
  expect(artifacts('verify', '--key', key)).toBe('sound: 4 records of ledger, memory; 1 sealed\n')
  rmSync(paths[1]!)
  expect(() => artifacts('verify', '--key', key)).toThrow(expect.objectContaining({ status: 7 }))
  expect(() => artifacts('verify', '--key', 'x')).toThrow(expect.objectContaining({ status: 2 }))
  expect(() => artifacts('nothing')).toThrow(expect.objectContaining({ status: 2 }))
})
