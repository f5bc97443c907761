import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExportManifest, ImportJob, ImportRequest } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { isCascadeError, sha256Hex } from '#base'
import { type ImportWorld, openImportWorld, TestFolder } from '../import/testing.ts'
import {
  addVersion,
  commitAll,
  create,
  draftOf,
  linkCommand,
  parentOf,
  setStatus,
  trustCommand,
  versionOf,
} from '../testing.ts'
import { EXPORT_LISTS, MANIFEST_FILE } from './file-names.ts'
import { filesDigest } from './manifest.ts'
import { exportTo } from './testing.ts'

/** An instance with a document that derives from another, in a folder of its own. */
async function openExported(folder: TestFolder) {
  const world = await openImportWorld()
  const owner = world.call().subject.id
  const who = { owner, author: owner, trust: 80 }
  const origin = await create(world.store, { ...who, title: 'Origin', content: 'what was measured' })
  const derived = await create(world.store, {
    ...who,
    title: 'Derived',
    content: 'in short',
    parents: [parentOf(origin.id)],
  })
  await addVersion(world.store, versionOf(derived, '1.1.0', { author: owner, content: 'in other words' }))
  await commitAll(world.store, [
    linkCommand(world.store, origin.id, derived.id, 'RELATED_TO'),
    trustCommand(world.store, derived.id, 70),
  ])
  const path = join(folder.path, 'export')
  const digest = await exportTo(world, path)
  return { world, path, digest, origin, derived }
}

const run = (world: ImportWorld, path: string, request: Partial<ImportRequest> = {}): Promise<ImportJob> =>
  world.run(path, { kind: 'cascade', ...request })

async function refusal(world: ImportWorld, path: string, request: Partial<ImportRequest> = {}): Promise<string> {
  try {
    const job = await run(world, path, request)
    return `${job.state}: ${(await world.files(job, 'failed')).map(({ reason }) => reason).join('; ')}`
  } catch (error) {
    if (!isCascadeError(error)) throw error
    return `${error.code}: ${error.detail}`
  }
}

function readManifest(path: string): ExportManifest {
  return JSON.parse(readFileSync(join(path, MANIFEST_FILE), 'utf8'))
}

const fileOf = (path: string, title: string): string =>
  readManifest(path).files.find((file) => file.path.startsWith(`capsules/${title}--`))?.path ?? ''

/** Rewrites the manifest so that every digest is right again: a lie that is told with care. */
function lie(path: string, change: (manifest: ExportManifest) => ExportManifest): void {
  const manifest = change(readManifest(path))
  const files = manifest.files.map((file) => {
    try {
      const bytes = readFileSync(join(path, file.path))
      return { ...file, sha256: sha256Hex(bytes), bytes: bytes.byteLength }
    } catch {
      return file
    }
  })
  writeFileSync(join(path, MANIFEST_FILE), JSON.stringify({ ...manifest, files, files_digest: filesDigest(files) }))
}

const asIs = (manifest: ExportManifest): ExportManifest => manifest

function edit(path: string, file: string, change: (text: string) => string): void {
  writeFileSync(join(path, file), change(readFileSync(join(path, file), 'utf8')))
}

describe('what is not as the export wrote it is refused before anything is written', () => {
  test.for<{ readonly name: string; readonly spoil: (path: string) => void; readonly says: RegExp }>([
    {
      name: 'a changed file',
      spoil: (path) => edit(path, fileOf(path, 'Derived'), (text) => `${text}!`),
      says: /Derived--.*\(changed\).*accept-changes/,
    },
    { name: 'a file that is gone', spoil: (path) => rmSync(join(path, fileOf(path, 'Derived'))), says: /Derived--/ },
    {
      name: 'a changed list',
      spoil: (path) => edit(path, EXPORT_LISTS.edges, (text) => text.toUpperCase()),
      says: /edges\.ndjson \(changed\)/,
    },
    { name: 'no manifest', spoil: (path) => rmSync(join(path, MANIFEST_FILE)), says: /no manifest\.json/ },
    {
      name: 'a manifest that is no JSON',
      spoil: (path) => writeFileSync(join(path, MANIFEST_FILE), '{'),
      says: /no JSON/,
    },
    {
      name: 'a manifest of a later format',
      spoil: (path) => edit(path, MANIFEST_FILE, (text) => text.replace('"format_version": 1', '"format_version": 2')),
      says: /format_version/,
    },
    {
      name: 'a path that leads out',
      spoil: (path) =>
        lie(path, (manifest) => ({
          ...manifest,
          files: [
            ...manifest.files,
            { path: 'capsules/../../../etc/passwd.md', sha256: '0'.repeat(64), bytes: 1, id: manifest.files[0]!.id! },
          ],
        })),
      says: /no export writes a file/,
    },
    {
      name: 'a count that is not true',
      spoil: (path) =>
        lie(path, (manifest) => ({ ...manifest, counts: { ...manifest.counts, capsules: 999_999_999 } })),
      says: /counts 999999999 capsules/,
    },
    {
      name: 'a digest of files that is not theirs',
      spoil: (path) =>
        edit(path, MANIFEST_FILE, (text) =>
          text.replace(/("files_digest": ")(.)/, (_, name, digit) => `${name}${digit === 'f' ? '0' : 'f'}`),
        ),
      says: /files_digest/,
    },
    {
      name: 'a link out of the folder',
      spoil: (path) => {
        const file = join(path, fileOf(path, 'Derived'))
        renameSync(file, `${path}-outside.md`)
        symlinkSync(`${path}-outside.md`, file)
      },
      says: /leads out of the folder/,
    },
    {
      name: 'a folder that is a link',
      spoil: (path) => {
        renameSync(join(path, 'capsules'), `${path}-capsules`)
        symlinkSync(`${path}-capsules`, join(path, 'capsules'))
      },
      says: /leads out of the folder/,
    },
  ])('$name', async ({ spoil, says }) => {
    using folder = new TestFolder()
    const { path } = await openExported(folder)
    spoil(path)
    const world = await openImportWorld()
    expect(await refusal(world, path)).toMatch(says)
    expect((await world.store.capsules.counts()).capsules).toBe(0)
  })
})

describe('what is said falsely with the right digests is refused for the capsule it is about', () => {
  const bomb = `metadata: &a [x]\nb: [${'*a,'.repeat(50)}*a]\n`
  test.for<{ readonly name: string; readonly spoil: (path: string) => void; readonly says: RegExp }>([
    {
      name: 'YAML with aliases',
      spoil: (path) => edit(path, fileOf(path, 'Origin'), (text) => text.replace(/metadata: .*\n/, bomb)),
      says: /no YAML|head/,
    },
    {
      name: 'trust beyond 100',
      spoil: (path) => edit(path, fileOf(path, 'Origin'), (text) => text.replace(/trust: \d+/, 'trust: 1000')),
      says: /trust/,
    },
    {
      name: 'another id than the manifest says',
      spoil: (path) =>
        edit(path, fileOf(path, 'Origin'), (text) =>
          text.replace(/id: .*/, 'id: 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'),
        ),
      says: /another capsule/,
    },
    {
      name: 'a first version that is none',
      spoil: (path) => edit(path, fileOf(path, 'Origin'), (text) => text.replaceAll('1.0.0', '3.0.0')),
      says: /first version is 1\.0\.0/,
    },
    {
      name: 'an end before the beginning',
      spoil: (path) =>
        edit(path, fileOf(path, 'Origin'), (text) => text.replace('valid_to: null', 'valid_to: 1999-01-01T00:00:00Z')),
      says: /ends before it begins/,
    },
  ])('$name', async ({ spoil, says }) => {
    using folder = new TestFolder()
    const { path, origin } = await openExported(folder)
    spoil(path)
    lie(path, asIs)
    const world = await openImportWorld()
    const job = await run(world, path)
    const reasons = [...(await world.files(job, 'failed')), ...(await world.files(job, 'skipped'))].map(
      ({ reason }) => reason,
    )
    expect(reasons.join('; ')).toMatch(says)
    expect(await world.store.capsules.getHeads([origin.id])).toEqual([])
  })

  test('capsules that derive from each other in a circle', async () => {
    using folder = new TestFolder()
    const { path, origin, derived } = await openExported(folder)
    edit(path, EXPORT_LISTS.edges, (text) => `${text}${JSON.stringify({ child: origin.id, parent: derived.id })}\n`)
    lie(path, asIs)
    const world = await openImportWorld()
    const job = await run(world, path)
    expect(job).toMatchObject({ state: 'completed', imported: 0, skipped: 2 })
  })

  test('an id that belongs to another owner here', async () => {
    using folder = new TestFolder()
    const { path, origin } = await openExported(folder)
    const world = await openImportWorld()
    const other = await world.context.subjects.resolveOrRegister('somebody else', world.call().grantSubject)
    await create(world.store, { id: origin.id, owner: other.id, author: other.id, content: 'mine' })
    expect(await refusal(world, path)).toMatch(/belongs to another owner/)
    expect((await world.store.capsules.getHeads([origin.id]))[0]).toMatchObject({ content: 'mine', owner: other.id })
  })
})

test('nobody gives more trust by an import than they have, and the reason says so', async () => {
  using folder = new TestFolder()
  const { path, derived } = await openExported(folder)
  const world = await openImportWorld()
  const job = await run(world, path, { trust: 40 })
  expect((await world.store.capsules.getHeads([derived.id]))[0]).toMatchObject({ trust: 40 })
  expect((await world.files(job)).map(({ reason }) => reason)).toContain(
    'its trust was lowered from 70 to 40, the most that may be given',
  )
})

test('the history of trust, links and recording come along as what they are', async () => {
  using folder = new TestFolder()
  const { path, derived, origin, digest, world: there } = await openExported(folder)
  const world = await openImportWorld()
  await run(world, path)
  expect(await exportTo(world, join(folder.path, 'again'))).toBe(digest)
  const [head] = await world.store.capsules.getHeads([derived.id])
  const [before] = await there.store.capsules.getHeads([derived.id])
  expect(head).toMatchObject({ version: '1.1.0', trust: 70, validFrom: before?.validFrom })
  expect(await world.store.capsules.links(origin.id, ['RELATED_TO'])).toMatchObject([{ to: derived.id, weight: 1 }])
})

test('a store that is behind takes in what is newer, one that is ahead stays, one that differs says so', async () => {
  using folder = new TestFolder()
  const { world: there, path, derived } = await openExported(folder)
  const [behind, ahead] = [await openImportWorld(), await openImportWorld()]
  await run(behind, path)
  await run(ahead, path)
  const author = there.call().subject.id
  await addVersion(there.store, versionOf(derived, '1.2.0', { author, content: 'in the end' }))
  const newer = join(folder.path, 'newer')
  await exportTo(there, newer)
  expect(await run(behind, newer)).toMatchObject({ imported: 1, unchanged: 1, versions_added: 1, capsules_created: 0 })
  expect((await behind.store.capsules.getHeads([derived.id]))[0]).toMatchObject({
    version: '1.2.0',
    content: 'in the end',
  })
  expect(await run(behind, path)).toMatchObject({ imported: 0, unchanged: 2 })
  await addVersion(ahead.store, versionOf(derived, '1.2.0', { author: ahead.call().subject.id, content: 'otherwise' }))
  const job = await run(ahead, newer)
  expect(job).toMatchObject({ imported: 0, unchanged: 1, failed: 1 })
  expect((await ahead.files(job, 'failed'))[0]?.reason).toMatch(/another history here, from version 1\.1\.0 on/)
  expect((await ahead.store.capsules.getHeads([derived.id]))[0]).toMatchObject({ content: 'otherwise' })
})

test('a file changed by hand becomes the next version where that is asked for', async () => {
  using folder = new TestFolder()
  const { world, path, derived } = await openExported(folder)
  edit(path, fileOf(path, 'Derived'), (text) => text.replace('in other words', 'in better words'))
  const job = await run(world, path, { accept_changes: true })
  expect(job).toMatchObject({ failed: 0, imported: 1, unchanged: 1 })
  expect((await world.store.capsules.getHeads([derived.id]))[0]).toMatchObject({
    version: '1.2.0',
    content: 'in better words',
  })
  expect(await run(world, path, { accept_changes: true })).toMatchObject({ imported: 0, unchanged: 2 })
  edit(path, fileOf(path, 'Derived'), (text) => text.replace('in better words', 'in the best of words'))
  expect(await refusal(world, path)).toMatch(/changed/)
  const other = await openImportWorld()
  expect(await run(other, path, { accept_changes: true })).toMatchObject({ imported: 2 })
})

test('what an import brought can be taken out and brought back', async () => {
  using folder = new TestFolder()
  const { path, digest, derived } = await openExported(folder)
  const world = await openImportWorld()
  const job = await run(world, path)
  expect(await world.imports.remove(world.call(), job.id)).toBe(2)
  expect((await world.store.capsules.getHeads([derived.id]))[0]?.status).toBe('ARCHIVED')
  await run(world, path)
  expect((await world.store.capsules.getHeads([derived.id]))[0]?.status).toBe('ACTIVE')
  expect(await exportTo(world, join(folder.path, 'again'))).toBe(digest)
})

test('a folder that holds something is not written into', async () => {
  using folder = new TestFolder()
  const { world } = await openExported(folder)
  const full = join(folder.path, 'full')
  mkdirSync(full)
  writeFileSync(join(full, 'mine.txt'), 'mine')
  await expect(exportTo(world, full)).rejects.toThrow(/not empty/)
})

test('an import that is stopped goes on where it was, and ends with the same', async () => {
  using folder = new TestFolder()
  const { world: there } = await openExported(folder)
  const owner = there.call().subject.id
  for (let index = 0; index < 60; index++) {
    const draft = draftOf({ owner, author: owner, content: `number ${index}` })
    const one = await create(there.store, draft)
    for (let version = 1; version < 4; version++)
      await addVersion(there.store, versionOf(one, `1.${version}.0`, { author: owner }))
    if (index % 5 === 0) await setStatus(there.store, one.id, index % 2 === 0 ? 'ARCHIVED' : 'QUARANTINED')
  }
  const path = join(folder.path, 'large')
  const digest = await exportTo(there, path)
  const world = await openImportWorld()
  let stops = 0
  for (let state = 'running'; state !== 'completed' && stops < 50; stops++) {
    const started = await world.imports.start(world.call(), { path, kind: 'cascade', history: true })
    setTimeout(() => void world.imports.cancel(started.job.id), 20 + 10 * stops)
    state = (await started.done).state
  }
  expect(stops).toBeGreaterThan(1)
  expect(await exportTo(world, join(folder.path, 'again'))).toBe(digest)
})
