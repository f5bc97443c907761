import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { EXPORT_LIMITS, type ExportManifest, exportedCapsule, exportedVersionFields } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { checkExport, FILE_BYTES_MAX, readManifest } from '../../packages/server/src/adapters/sources/cascade-files.ts'
import {
  LINE_LEVELS_MAX,
  LIST_LINE_BYTES_MAX,
  parseLine,
  readLines,
} from '../../packages/server/src/adapters/sources/file-lines.ts'
import { isCascadeError, sha256Hex } from '../../packages/server/src/base/index.ts'
import { EXPORT_LISTS, MANIFEST_FILE } from '../../packages/server/src/domain/capsules/export/file-names.ts'
import { filesDigest, MANIFEST_BYTES_MAX } from '../../packages/server/src/domain/capsules/export/manifest.ts'
import {
  HEAD_BYTES_MAX,
  HEAD_LEVELS_MAX,
  parseCapsuleFile,
} from '../../packages/server/src/domain/capsules/export/markdown-file.ts'
import { SUBJECTS_NEW_MAX } from '../../packages/server/src/domain/capsules/export/plan-exported.ts'
import { exportTo } from '../../packages/server/src/domain/capsules/export/testing.ts'
import { openImportWorld, TestFolder } from '../../packages/server/src/domain/capsules/import/testing.ts'
import { commitAll, create, trustCommand } from '../../packages/server/src/domain/capsules/testing.ts'
import { LIMITS } from './index.ts'

test('a capsule of an export with too much of something is none', () => {
  const id = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
  const entry = { what: 'changed', old: 1, new: 2, reason: 'r', at: '2026-01-01T00:00:00Z', actor: 'a' }
  const capsule = (links: number, entries: number, title: number) => ({
    ...{ kind: 'capsule', id, owner: 'a', trust: 60, status: 'ACTIVE', chunk: false, versions: ['1.0.0'] },
    title: 'x'.repeat(title),
    links: Array.from({ length: links }, () => ({ to: id, link: 'RELATED_TO', weight: 1 })),
    trust_history: Array.from({ length: entries }, () => entry),
  })
  const { linksMax, trustEntriesMax, labelLengthMax } = EXPORT_LIMITS
  const isFit = (...sizes: Parameters<typeof capsule>) => exportedCapsule.safeParse(capsule(...sizes)).success
  expect(isFit(linksMax, trustEntriesMax, labelLengthMax)).toBe(true)
  expect(isFit(linksMax + 1, 0, 1)).toBe(false)
  expect(isFit(0, trustEntriesMax + 1, 1)).toBe(false)
  expect(isFit(0, 0, labelLengthMax + 1)).toBe(false)
})

test('a version of an export whose place is too long is none', () => {
  const id = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
  const isFit = (length: number): boolean =>
    exportedVersionFields.part_of.safeParse({ id, place: 'x'.repeat(length), index: 0 }).success
  expect([isFit(LIMITS.exportedPlace.value), isFit(LIMITS.exportedPlace.value + 1)]).toEqual([true, false])
})

/** What is said against it, as a row of the table tells it. */
async function refusal(work: () => unknown): Promise<{ readonly error: string; readonly detail: string }> {
  try {
    await work()
    return { error: 'none', detail: '' }
  } catch (error) {
    if (!isCascadeError(error)) throw error
    return { error: error.code, detail: error.detail }
  }
}

test('a manifest of a byte too much is not read', async () => {
  using folder = new TestFolder()
  folder.write(MANIFEST_FILE, '')
  const refused = async (bytes: number) => {
    truncateSync(join(folder.path, MANIFEST_FILE), bytes)
    return refusal(() => readManifest(folder.path))
  }
  expect(await refused(MANIFEST_BYTES_MAX + 1)).toMatchObject({
    ...LIMITS.exportManifest.beyond,
    detail: expect.stringContaining('too large'),
  })
}, 60_000)

test('a file of an export of a byte too much is not read', async () => {
  using folder = new TestFolder()
  const path = 'capsules/a--00000000.md'
  const content = Buffer.alloc(FILE_BYTES_MAX + 1, 'x')
  folder.write(path, content)
  const file = { path, id: '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', sha256: sha256Hex(content), bytes: content.length }
  const manifest: ExportManifest = {
    ...{ format: 'forge-cascade-export', format_version: 1, instance: 'test', exported_at: '2026-01-01T00:00:00Z' },
    counts: { capsules: 1, chunks: 0, versions: 0, edges: 0, links: 0, trust_entries: 0 },
    digest: '',
    files_digest: filesDigest([file]),
    files: [file],
  }
  expect(await refusal(() => checkExport(folder.path, manifest, true, new AbortController().signal))).toMatchObject({
    ...LIMITS.exportFile.beyond,
    detail: expect.stringContaining(`more than ${FILE_BYTES_MAX} bytes`),
  })
})

test('a head of an export of a letter too much is none', async () => {
  const refused = async (length: number) =>
    (await refusal(() => parseCapsuleFile(`${'---\n'.padEnd(length, 'x')}\n---\n`))).detail
  expect(await refused(HEAD_BYTES_MAX)).not.toContain(LIMITS.exportHead.beyond.failed)
  expect(await refused(HEAD_BYTES_MAX + 1)).toContain(LIMITS.exportHead.beyond.failed)
})

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

test('a head of an export of a level too much is none', async () => {
  const refused = async (levels: number) =>
    (await refusal(() => parseCapsuleFile(`---\na: ${nested(levels - 1)}\n---\n`))).detail
  expect(await refused(HEAD_LEVELS_MAX)).not.toContain('levels deep')
  expect(await refused(HEAD_LEVELS_MAX + 1)).toContain(LIMITS.exportHeadDepth.beyond.failed)
})

test('a line of an export of a byte too much is refused', async () => {
  using folder = new TestFolder()
  const path = join(folder.path, 'a.ndjson')
  const read = async (bytes: number): Promise<number> => {
    writeFileSync(path, Buffer.alloc(bytes, 'x'))
    await using handle = await open(path)
    let count = 0
    for await (const _line of readLines(handle, LIST_LINE_BYTES_MAX)) count++
    return count
  }
  expect(await read(LIST_LINE_BYTES_MAX)).toBe(1)
  expect(await refusal(() => read(LIST_LINE_BYTES_MAX + 1))).toMatchObject(LIMITS.exportLine.beyond)
}, 30_000)

test('a line of an export of a level too much is refused', async () => {
  const line = (levels: number) => Buffer.from(`{"a":${nested(levels - 1)}}`)
  expect(Object.keys(parseLine(line(LINE_LEVELS_MAX)))).toEqual(['a'])
  expect(await refusal(() => parseLine(line(LINE_LEVELS_MAX + 1)))).toMatchObject(LIMITS.exportLineDepth.beyond)
})

/** Rewrites the history of trust so that each change is by another, with every digest right. */
function tellTrust(path: string, id: string, actors: readonly string[]): void {
  const change = { id, what: 'changed', old: 60, new: 50, reason: 'r', at: '2026-01-01T00:00:00Z' }
  const list = actors.map((actor) => `${JSON.stringify({ ...change, actor })}\n`).join('')
  writeFileSync(join(path, EXPORT_LISTS.trust), list)
  const manifest: ExportManifest = JSON.parse(readFileSync(join(path, MANIFEST_FILE), 'utf8'))
  const told = { sha256: sha256Hex(list), bytes: list.length }
  const files = manifest.files.map((file) => (file.path === EXPORT_LISTS.trust ? { ...file, ...told } : file))
  writeFileSync(join(path, MANIFEST_FILE), JSON.stringify({ ...manifest, files, files_digest: filesDigest(files) }))
}

test('an export that makes more names known than a team has fails with the name too many', async () => {
  using folder = new TestFolder()
  const world = await openImportWorld()
  const owner = world.call().subject.id
  const { id } = await create(world.store, { owner, author: owner })
  await commitAll(world.store, [trustCommand(world.store, id, 50)])
  const path = join(folder.path, 'export')
  await exportTo(world, path)
  // The owner is one of those names.
  tellTrust(
    path,
    id,
    Array.from({ length: SUBJECTS_NEW_MAX }, (_, index) => `name ${index}`),
  )
  const copy = await openImportWorld()
  const job = await copy.run(path, { kind: 'cascade' })
  const reasons = (await copy.files(job, 'failed')).map(({ reason }) => reason)
  expect(reasons).toEqual([expect.stringContaining(LIMITS.exportSubjects.beyond.failed)])
}, 120_000)
