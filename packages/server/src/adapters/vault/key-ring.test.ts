import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { handOut, type KeyFacts, KeyRing, readHandedOut } from './index.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ring-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const NOW = Date.UTC(2026, 2, 1, 9)
const ring = () => new KeyRing(join(root, 'keys'))
const facts = (keyId: string, over: Partial<KeyFacts> = {}): KeyFacts => ({
  keyId,
  kind: 'backup',
  id: `backup-${keyId}`,
  place: `/backups/${keyId}`,
  sequence: 3,
  madeAt: '2026-03-01T09:00:00.000Z',
  handedOut: false,
  ...over,
})

test('a ring that is not there yet is empty', () => {
  expect([ring().list(), ring().destroyed(), ring().find('a')]).toEqual([[], [], undefined])
  expect(ring().destroy('a', 'why', NOW)).toEqual([])
})

test('keys are found again by another process, and the list does not show them', () => {
  const key = ring().create('one', facts('a'))
  ring().create('one', facts('b'))
  expect(ring().find('a')?.equals(key)).toBe(true)
  expect(ring().find('c')).toBeUndefined()
  expect(
    ring()
      .list()
      .map(({ keyId, group }) => `${group}/${keyId}`),
  ).toEqual(['one/a', 'one/b'])
  expect(JSON.stringify(ring().list())).not.toContain(key.toString('base64url'))
})

test('keys are their user’s alone', ({ skip }) => {
  if (process.platform === 'win32') skip('Windows has no modes')
  ring().create('one', facts('a'))
  expect(statSync(join(root, 'keys')).mode & 0o777).toBe(0o700)
  expect(statSync(join(root, 'keys', 'one.keys')).mode & 0o777).toBe(0o600)
})

test('a destroyed key is in no file of the ring, and the ring says what it opened', () => {
  const key = ring().create('one', facts('a')).toString('base64url')
  ring().create('two', facts('b'))
  const gone = ring().destroy('one', 'erased by request', NOW)
  expect(gone).toMatchObject([{ keyId: 'a', place: '/backups/a', why: 'erased by request' }])
  expect(ring().find('a')).toBeUndefined()
  expect(ring().destroyed()).toEqual(gone)
  for (const name of readdirSync(join(root, 'keys')))
    expect(readFileSync(join(root, 'keys', name), 'utf8')).not.toContain(key)
  expect(
    ring()
      .list()
      .map(({ keyId }) => keyId),
  ).toEqual(['b'])
})

test('a destruction that a crash interrupted is finished', () => {
  ring().create('one', facts('a'))
  copyFileSync(join(root, 'keys', 'one.keys'), join(root, 'saved'))
  ring().destroy('one', 'why', NOW)
  copyFileSync(join(root, 'saved'), join(root, 'keys', 'one.keys'))
  ring().finish()
  expect(ring().find('a')).toBeUndefined()
})

test('a line that a crash cut does not swallow the next', () => {
  ring().create('one', facts('a'))
  appendFileSync(join(root, 'keys', 'one.keys'), '\n{"keyId":"half')
  ring().create('one', facts('b'))
  expect(
    ring()
      .list()
      .map(({ keyId }) => keyId),
  ).toEqual(['a', 'b'])
})

test('a key that was handed out is read back, and only by its name', () => {
  const key = ring().create('one', facts('a', { handedOut: true }))
  const file = join(root, 'a.key')
  handOut(key, 'a', file)
  const keys = '/srv/keys'
  expect(readHandedOut(file, { keyId: 'a', keys }).equals(key)).toBe(true)
  expect(codeOf(() => readHandedOut(file, { keyId: 'b', keys }))).toBe('BACKUP_KEY_MISSING')
  expect(codeOf(() => readHandedOut(join(root, 'absent'), { keyId: 'a', keys }))).toBe('SOURCE_UNREADABLE')
  expect(codeOf(() => handOut(key, 'a', file))).toBe('UNPROCESSABLE')
})

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing was refused'
  } catch (error) {
    return isCascadeError(error) ? error.code : String(error)
  }
}
