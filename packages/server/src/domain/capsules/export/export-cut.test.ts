import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ExportLine } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { createFolders, openTestStore } from '../../../adapters/sqlite/testing.ts'
import { DATABASE_FILE } from '../../../adapters/sqlite/writer-operations.ts'
import { commandOf, commit, createTestClock, grantOf } from '../../../platform/store/testing.ts'
import type { CapsuleDraft } from '../capsule-draft.ts'
import { IMPORT_TEST_COLLECTIONS, type ImportWorld, openImportWorld } from '../import/testing.ts'
import { create, draftOf, link, parentOf, versionOf } from '../testing.ts'
import { tellCreated, tellVersioned } from '../use-cases/tell.ts'
import { exportLineage, exportStore } from './export-store.ts'

const DAY_MS = 86_400_000
const OPTIONS = { instance: 'test', vectors: false, signal: new AbortController().signal }
const folder = createFolders()

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** An export that `onLine` looks at while it goes on. */
async function linesOf(
  { context }: ImportWorld,
  onLine: (line: ExportLine) => unknown = () => undefined,
): Promise<readonly ExportLine[]> {
  const lines: ExportLine[] = []
  for await (const line of exportStore(context, OPTIONS)) {
    lines.push(line)
    await onLine(line)
  }
  return lines
}

const namesOf = (lines: Iterable<ExportLine>): readonly string[] =>
  [...lines].flatMap((line) => (line.kind === 'version' ? [`${line.id}@${line.version}`] : [])).sort()

async function openWorldAt(clock = createTestClock()) {
  const world = await openImportWorld({ clock: clock.clock })
  const who = { owner: world.call().subject.id, author: world.call().subject.id }
  const add = async (fields: Partial<CapsuleDraft> = {}) => {
    const [grant, draft] = [grantOf('capsule.create'), draftOf({ ...who, ...fields })]
    const telling = tellCreated(grant, draft, '1.0.0')
    await commit(world.store, commandOf(grant, [world.store.capsules.create(grant, draft, 'none')], telling))
    return draft
  }
  const addVersion = async (before: CapsuleDraft, fields: Partial<CapsuleDraft>) => {
    const [grant, draft] = [grantOf('capsule.update'), versionOf(before, '1.1.0', { ...who, ...fields })]
    const telling = tellVersioned(grant, draft, '1.0.0')
    await commit(world.store, commandOf(grant, [world.store.capsules.addVersion(grant, draft)], telling))
  }
  return { world, clock, add, addVersion }
}

test.for([
  { name: 'that is where it was', ms: 0 },
  { name: 'that went back a day', ms: -DAY_MS },
  { name: 'that went on', ms: DAY_MS },
])('everything there is goes out under a clock $name', async ({ ms }) => {
  const { world, clock, add, addVersion } = await openWorldAt()
  const [first, second] = [await add(), await add()]
  await addVersion(first, {})
  await link(world.store, first.id, second.id, 'RELATED_TO')
  clock.advance(ms)
  const lines = await linesOf(world)
  expect(namesOf(lines)).toEqual([`${first.id}@1.0.0`, `${first.id}@1.1.0`, `${second.id}@1.0.0`].sort())
  expect(lines.at(-1)).toMatchObject({ counts: { capsules: 2, versions: 3, links: 1 } })
  const { lines: lineage } = await exportLineage(world.context, first.id, OPTIONS)
  expect(namesOf(await collect(lineage))).toHaveLength(2)
})

test.for([
  { name: 'that stands still', ms: 0 },
  { name: 'that went back a day', ms: -DAY_MS },
  { name: 'that goes on', ms: 1 },
])('what comes while an export goes on is left out under a clock $name', async ({ ms }) => {
  const { world, clock, add, addVersion } = await openWorldAt()
  const [older, newer] = [await add(), await add()]
  const lines = await linesOf(world, async ({ kind }) => {
    if (kind !== 'export') return
    clock.advance(ms)
    const late = await add()
    await addVersion(older, { parents: [parentOf(late.id)] })
    await link(world.store, newer.id, late.id, 'RELATED_TO')
  })
  expect(namesOf(lines)).toEqual([`${older.id}@1.0.0`, `${newer.id}@1.0.0`].sort())
  expect(lines.at(-1)).toMatchObject({ counts: { capsules: 2, versions: 2, edges: 0, links: 0 } })
  expect(namesOf(await linesOf(world))).toHaveLength(4)
})

test.for([
  { name: 'a head that is not there', sql: 'UPDATE capsules SET head = head + 1000 WHERE key = 3' },
  { name: 'a head that is of another', sql: 'UPDATE capsules SET head = head + 1 WHERE key = 3' },
  { name: 'a version that is of none', sql: 'UPDATE versions SET capsule = 1000 WHERE ordinal = 2' },
  { name: 'a head that is gone', sql: 'DELETE FROM versions WHERE key = 3' },
])('an export of a store with $name is none, and says so at the end', async ({ sql }) => {
  const [directory, { clock }] = [folder(), createTestClock()]
  await using store = await openTestStore(directory, { clock, collections: IMPORT_TEST_COLLECTIONS })
  const world = await openImportWorld({ store, clock })
  const who = { owner: world.call().subject.id, author: world.call().subject.id }
  const drafts = [
    await create(store, who),
    await create(store, who),
    await create(store, who),
    await create(store, who),
  ]
  const grant = grantOf('capsule.update')
  for (const draft of drafts.slice(0, 1))
    await commit(store, commandOf(grant, [store.capsules.addVersion(grant, versionOf(draft, '1.1.0', who))]))
  expect(namesOf(await linesOf(world))).toHaveLength(5)
  const file = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
  file.exec(sql)
  file.close()
  const seen: ExportLine['kind'][] = []
  await expect(linesOf(world, ({ kind }) => seen.push(kind))).rejects.toMatchObject({
    code: 'DATA_CORRUPT',
    detail: expect.stringContaining('the export is not whole'),
  })
  expect(seen).not.toContain('end')
})
