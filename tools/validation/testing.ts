import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { environmentHere, parseRecord, writeRecord } from './record-folder.ts'
import type { Run, ValidationRecord } from './validation-record.ts'

/** Answers what makes a new folder; all of them are removed after the tests of the file that asks. */
export function newFolders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'cascade-records-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  return () => mkdtempSync(join(root, 'r-'))
}

/** A run of so many minutes after nine. */
export const run = (at: number, more: Partial<Run> = {}): Run => ({
  ...{ module: 'ledger', kind: 'benchmark', conditions: { documents: 10 }, tests: null },
  environment: environmentHere(),
  startedAt: new Date(Date.UTC(2026, 2, 1, 9, at)),
  endedAt: new Date(Date.UTC(2026, 2, 1, 9, at, 30)),
  metrics: [{ name: 'append', unit: 'ms', samples: [3 + at, 1 + at, 2 + at] }],
  ...more,
})

/** @throws Error where the file is no record. */
export function read(path: string): ValidationRecord {
  const record = parseRecord(readFileSync(path, 'utf8'))
  if (typeof record === 'string') throw new Error(record)
  return record
}

/** Three records of one module and one of another. @returns the folder, and the paths of the three. */
export function filled(place: string) {
  const paths = [0, 1, 2].map((at) => writeRecord(place, run(at)))
  writeRecord(place, run(0, { module: 'memory' }))
  return { place, paths }
}

/** A key that seals, PKCS #8 in PEM. */
export const newKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
