import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { removeOldBundles } from './old-bundles.ts'

const NOW = Date.parse('2026-06-15T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const digest = (letter: string): string => letter.repeat(32)

/** A folder of bundles and of what lies beside them, by the age of each. */
function folderOf(ages: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, ageMs] of Object.entries(ages)) {
    const path = join(folder, name)
    if (name.endsWith('.failed')) writeFileSync(path, 'why')
    else mkdirSync(join(path, 'part'), { recursive: true })
    utimesSync(path, (NOW - ageMs) / 1000, (NOW - ageMs) / 1000)
  }
  return folder
}

function keptOf(ages: Readonly<Record<string, number>>): readonly string[] {
  const folder = folderOf(ages)
  removeOldBundles(folder, { now: NOW })
  return readdirSync(folder).sort()
}

test('beyond the five used last a bundle goes that nobody used for a week', () => {
  const ages = { a: 0, b: 30 * DAY, c: 40 * DAY, d: HOUR, e: DAY, f: 2 * DAY, 0: 3 * DAY, 1: 6 * DAY }
  const kept = keptOf(Object.fromEntries(Object.entries(ages).map(([letter, age]) => [digest(letter), age])))
  expect(kept).toEqual(['0', '1', 'a', 'd', 'e', 'f'].map(digest))
})

test('the five used last stay, however long ago that was', () => {
  const old = ['1', '2', '3', '4', '5'].map(digest)
  expect(keptOf(Object.fromEntries(old.map((name) => [name, 90 * DAY])))).toEqual(old)
})

test.for([
  { name: `${digest('a')}.0b0e7c1c`, ageMs: 30 * MINUTE, kept: true },
  { name: `${digest('a')}.0b0e7c1c`, ageMs: 2 * HOUR, kept: false },
  { name: `${digest('a')}.lock`, ageMs: MINUTE, kept: true },
  { name: `${digest('a')}.lock`, ageMs: 2 * HOUR, kept: false },
  { name: `${digest('a')}.failed`, ageMs: 2 * HOUR, kept: true },
  { name: `${digest('a')}.failed`, ageMs: 2 * DAY, kept: false },
  { name: 'somebody else', ageMs: 90 * DAY, kept: true },
])('$name of $ageMs ms stays: $kept', ({ name, ageMs, kept }) => {
  expect(keptOf({ [name]: ageMs })).toEqual(kept ? [name] : [])
})

test('drafts do not count as bundles', () => {
  const drafts = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `${digest(letter)}.draft`)
  const ages = { ...Object.fromEntries(drafts.map((name) => [name, 0])), [digest('1')]: 90 * DAY }
  expect(keptOf(ages)).toEqual([digest('1'), ...drafts])
})

test('a folder that is not there is no failure', () => {
  expect(() => removeOldBundles(join(tmpdir(), 'no such folder of bundles'))).not.toThrow()
})
