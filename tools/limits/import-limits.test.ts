import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileSelection } from '../../packages/server/src/adapters/sources/file-selection.ts'
import { WALK_LIMITS, walkFolder } from '../../packages/server/src/adapters/sources/folder-walk.ts'
import {
  FOLDER_STARS_MAX,
  IgnoreRules,
  isTamePattern,
  PATTERN_LENGTH_MAX,
  PATTERNS_MAX,
  STARS_PER_NAME_MAX,
} from '../../packages/server/src/adapters/sources/ignore-rules.ts'
import { RUNNING_MAX } from '../../packages/server/src/domain/capsules/import/imports.ts'
import { openImportWorld, requestOf } from '../../packages/server/src/domain/capsules/import/testing.ts'
import { LIMITS } from './index.ts'

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

test('an import too many is refused and nothing is written', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  const folders = Array.from({ length: RUNNING_MAX + 1 }, (_, index) => join(root, String(index)))
  for (const folder of folders) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.md'), folder)
  }
  const world = await openImportWorld()
  const started = await Promise.allSettled(folders.map((path) => world.imports.start(world.call(), requestOf(path))))
  const refused = started.flatMap((start) => (start.status === 'rejected' ? [start.reason.code] : []))
  expect(refused.map((error) => ({ error }))).toEqual([LIMITS.importsRunning.beyond])
  const jobs = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value.done] : []))
  expect((await Promise.all(jobs)).map(({ imported }) => imported)).toEqual(folders.slice(1).map(() => 1))
  rmSync(root, { recursive: true })
})

test('a document that is too large is skipped with the reason', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  writeFileSync(join(root, 'a.html'), '')
  truncateSync(join(root, 'a.html'), LIMITS.importDocument.value + 1)
  const world = await openImportWorld()
  const job = await world.run(root)
  expect(await world.files(job)).toMatchObject([{ state: 'skipped', reason: expect.stringContaining('at most') }])
  rmSync(root, { recursive: true })
})

test('what is beyond the limits of a folder walk is skipped with the reason', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  const reasonsOf = async (limits: Partial<typeof WALK_LIMITS> | Record<string, number>): Promise<string[]> => {
    const walk = walkFolder(root, new FileSelection({}), new AbortController().signal, { ...WALK_LIMITS, ...limits })
    return (await all(walk)).flatMap((found) => ('reason' in found ? [found.reason] : []))
  }
  mkdirSync(join(root, 'a/b'), { recursive: true })
  for (const path of ['1.md', '2.md', 'a/3.md', 'a/b/4.md']) writeFileSync(join(root, path), path)
  expect(await reasonsOf({})).toEqual([])
  expect(await reasonsOf({ depthMax: 1 })).toEqual(['folders are entered 1 levels deep'])
  expect(await reasonsOf({ filesMax: 3 })).toEqual(['at most 3 files are read; this and the rest are not'])
  expect(await reasonsOf({ entriesPerFolderMax: 2 })).toEqual(['it has more than 2 entries'])
  const deep = Array.from({ length: 7 }, () => 'x'.repeat(240)).join('/')
  mkdirSync(join(root, deep), { recursive: true })
  expect(await reasonsOf({})).toEqual(['its path is too long'])
  rmSync(root, { recursive: true })
})

test('of an ignore file the first patterns count', () => {
  const patterns = Array.from({ length: PATTERNS_MAX + 1 }, (_, index) => `${index}.md`).join('\n')
  const rules = new IgnoreRules().within('', [patterns])
  expect([rules.isIgnored(`${PATTERNS_MAX - 1}.md`, false), rules.isIgnored(`${PATTERNS_MAX}.md`, false)]).toEqual([
    true,
    false,
  ])
})

test('an ignore file that is too large is not used', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cascade-limits-'))
  writeFileSync(join(root, 'a.md'), 'text')
  const found = async (bytes: number): Promise<number> => {
    writeFileSync(join(root, '.gitignore'), 'a.md\n'.padEnd(bytes, '\n'))
    return (await all(walkFolder(root, new FileSelection({}), new AbortController().signal))).length
  }
  expect([await found(LIMITS.ignoreFile.value), await found(LIMITS.ignoreFile.value + 1)]).toEqual([0, 1])
  rmSync(root, { recursive: true })
})

test.for([
  { name: 'a letter', with: 'x'.repeat(PATTERN_LENGTH_MAX), beyond: 'x'.repeat(PATTERN_LENGTH_MAX + 1) },
  { name: 'a star', with: 'a*'.repeat(STARS_PER_NAME_MAX), beyond: 'a*'.repeat(STARS_PER_NAME_MAX + 1) },
  { name: 'a `**`', with: '**/a/'.repeat(FOLDER_STARS_MAX), beyond: '**/a/'.repeat(FOLDER_STARS_MAX + 1) },
])('a pattern with $name too much has no effect', ({ with: fits, beyond }) => {
  expect([isTamePattern(fits), isTamePattern(beyond)]).toEqual([true, false])
})
