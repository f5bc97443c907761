import { execFileSync } from 'node:child_process'
import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CAPSULE_LIMITS, importFile, importJob } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { createStaticEmbedder } from '../../../adapters/models/static/static-embedder.ts'
import { openSource } from '../../../adapters/sources/index.ts'
import { codeOf, commandId, grantOf } from '../../../platform/store/testing.ts'
import { archiveCapsule } from '../use-cases/life.ts'
import { updateCapsule } from '../use-cases/update-capsule.ts'
import { longDocument, openImportWorld, requestOf, TEST_TEMP, TestFolder } from './testing.ts'

describe('a folder that means harm', () => {
  test('a link out of the folder is not followed, and neither are pipes and devices opened', async () => {
    using folder = new TestFolder()
    using elsewhere = new TestFolder()
    elsewhere.write('secret.md', 'the secret')
    elsewhere.write('more/secret.md', 'another secret')
    symlinkSync(join(elsewhere.path, 'secret.md'), join(folder.path, 'link.md'))
    symlinkSync(join(elsewhere.path, 'more'), join(folder.path, 'linked'))
    symlinkSync('/dev/zero', join(folder.path, 'zero.md'))
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(folder.path, 'pipe.md')])
    folder.write('note.md', 'a note')
    symlinkSync(join(folder.path, 'note.md'), join(folder.path, 'twice.md'))
    symlinkSync(join(folder.path, 'nowhere'), join(folder.path, 'broken.md'))
    const world = await openImportWorld()

    const job = await world.run(folder.path)

    expect(job).toMatchObject({ state: 'completed', imported: 1, skipped: 6, failed: 0 })
    const reasons = (await world.files(job, 'skipped')).map(({ path, reason }) => `${path}: ${reason?.split(':')[0]}`)
    expect(reasons).toEqual([
      'broken.md: it is a link that leads nowhere',
      'link.md: it is a link that leads out of the folder',
      'linked: it is a link that leads out of the folder',
      'pipe.md: it is no regular file',
      'twice.md: it is a link to another file',
      'zero.md: it is a link that leads out of the folder',
    ])
    expect((await world.documents()).size).toBe(1)
  })

  test('a file that naming it would not help says what would', async () => {
    using folder = new TestFolder()
    for (const name of ['a.doc', 'b.XLS', 'c.zip', 'd.bin', 'zip']) folder.write(name, new Uint8Array([1, 0]))
    folder.write('e\ufffd.md', 'a sign that stands for no other')
    writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/f`), Buffer.from([0xff]), Buffer.from('.md')]), 'x')
    const world = await openImportWorld()
    const job = await world.run(folder.path)
    const reasons = (await world.files(job, 'skipped')).map(
      ({ path, reason }) => `${path}: ${reason?.split(';').at(-1)}`,
    )
    expect(reasons.sort()).toEqual([
      'a.doc:  save it as .docx',
      'b.XLS:  save it as .xlsx',
      'c.zip:  unpack it',
      'd.bin:  name it with --include (over HTTP `include`) to have it read as text',
      'f\ufffd.md:  give it another',
      'zip:  name it with --include (over HTTP `include`) to have it read as text',
    ])
    expect(job.imported).toBe(1)
  })

  test.for<[string, string | Uint8Array, string]>([
    ['binary bytes', new Uint8Array([1, 2, 0, 3]), 'it is binary'],
    ['UTF-16', Buffer.from('\ufeffwide', 'utf16le'), 'it is encoded as UTF-16; save it as UTF-8'],
    ['Latin-1', new Uint8Array([0x63, 0x61, 0x66, 0xe9]), 'it is not UTF-8 text'],
    ['a surrogate half in UTF-8', new Uint8Array([0xed, 0xa0, 0x80]), 'it is not UTF-8 text'],
    ['nothing', '', 'it is empty'],
    ['a byte order mark alone', '\ufeff \n', 'it is empty'],
    [
      'an LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
      'its content is kept by Git LFS and is not here',
    ],
    [
      'a byte too much',
      'x'.repeat(CAPSULE_LIMITS.contentBytesMax + 1),
      'it has 1048577 bytes; at most 1048576 are read',
    ],
  ])('a file that holds %s is skipped with the reason', async ([, content, reason]) => {
    using folder = new TestFolder()
    folder.write('file.md', content)
    const world = await openImportWorld()
    const job = await world.run(folder.path)
    expect(await world.files(job)).toMatchObject([{ path: 'file.md', state: 'skipped', reason, capsule_id: null }])
    expect(await world.run(folder.path)).toMatchObject({ skipped: 1, imported: 0 })
  })

  test('a text of exactly the largest size is taken in', async () => {
    using folder = new TestFolder()
    folder.write(
      'file.txt',
      'word '.repeat(CAPSULE_LIMITS.contentBytesMax / 5 + 1).slice(0, CAPSULE_LIMITS.contentBytesMax),
    )
    const world = await openImportWorld()
    expect(await world.run(folder.path)).toMatchObject({ imported: 1, skipped: 0 })
  })

  test('ignore patterns that would take for ever to match have no effect, and are refused where a person gives them', async () => {
    using folder = new TestFolder()
    folder.write('.gitignore', `${'*a'.repeat(60)}b\n`)
    folder.write(`${'a'.repeat(200)}.md`, 'text')
    const world = await openImportWorld()
    expect(await world.run(folder.path)).toMatchObject({ imported: 1 })
    const request = requestOf(folder.path, { include: ['*a*a*a*a*b'] })
    expect(await codeOf(() => world.imports.start(world.call(), request))).toBe('UNPROCESSABLE')
  })

  test('front matter cannot name prototypes, blow up, or break out of its limits', async () => {
    using folder = new TestFolder()
    folder.write('proto.md', '---\n__proto__: {polluted: true}\ntitle: [not, a, title]\ntags: {a: b}\n---\nbody')
    folder.write(
      'laughs.md',
      `---\na: &a [x,x,x]\n${'bcdefghi'
        .split('')
        .map((k, i) => `${k}: &${k} [*${'abcdefgh'[i]},*${'abcdefgh'[i]},*${'abcdefgh'[i]}]`)
        .join('\n')}\n---\nbody`,
    )
    folder.write(
      'tags.md',
      `---\ntitle: "two\\nlines"\ntags: [${Array.from({ length: 100 }, (_, n) => `t${n}`).join(', ')}]\n---\nbody`,
    )
    const world = await openImportWorld()
    expect(await world.run(folder.path)).toMatchObject({ imported: 3, failed: 0 })
    const documents = await world.documents()
    expect(documents.get('tags.md')?.title).toBe('two lines')
    expect(documents.get('tags.md')?.tags).toHaveLength(CAPSULE_LIMITS.tagsMax)
    expect(documents.get('proto.md')?.title).toBe('proto')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('what may not be read is skipped, and kept when it was read before', async ({ skip }) => {
    if (process.getuid?.() === 0) return skip('the administrator of a machine may read everything')
    using folder = new TestFolder()
    folder.write('a.md', 'first')
    const world = await openImportWorld()
    await world.run(folder.path)
    chmodSync(join(folder.path, 'a.md'), 0)
    const job = await world.run(folder.path)
    expect(job).toMatchObject({ skipped: 1 })
    expect((await world.documents()).size).toBe(1)
  })

  test.for([
    ['a relative path', 'notes'],
    ['a path that is not there', '/nowhere/at/all'],
    ['a single file', fileURLToPath(import.meta.url)],
  ])('%s is refused before anything is written', async ([, path]) => {
    const world = await openImportWorld()
    const head = world.store.head()
    expect(await codeOf(() => world.run(path ?? ''))).toBe('SOURCE_UNREADABLE')
    expect(world.store.head()).toBe(head)
  })
})

describe('what is taken in', () => {
  test('hidden folders, those of tools, and what ignore files leave out are not looked at', async () => {
    using folder = new TestFolder()
    for (const path of ['.git/x.md', '.obsidian/x.md', 'node_modules/p/readme.md', '.hidden.md', 'build/out.md']) {
      folder.write(path, 'left out')
    }
    folder.write('.gitignore', 'build/\n*.log.md\n')
    folder.write('sub/.cascadeignore', 'draft-*\n!keep.log.md\n')
    folder.write('sub/draft-1.md', 'left out')
    folder.write('sub/a.log.md', 'left out')
    folder.write('sub/keep.log.md', 'kept by the deeper file')
    folder.write('note.md', 'kept')
    folder.write('photo.jpg', 'not a text by its name')
    const world = await openImportWorld()
    const job = await world.run(folder.path)
    expect((await world.files(job)).map(({ path, state }) => [path, state])).toEqual([
      ['note.md', 'imported'],
      ['photo.jpg', 'skipped'],
      ['sub/keep.log.md', 'imported'],
    ])
  })

  test('include and exclude choose as .gitignore would', async () => {
    using folder = new TestFolder()
    for (const path of ['a.md', 'b.dat', 'docs/c.md', 'docs/old/d.md']) folder.write(path, `text of ${path}`)
    const world = await openImportWorld()
    await world.run(folder.path, { include: ['docs/', '*.dat'], exclude: ['old/'] })
    expect([...(await world.documents()).keys()].sort()).toEqual(['b.dat', 'docs/c.md'])
  })

  test('type, title, tags, metadata, scope, source and time come from where they should', async () => {
    using folder = new TestFolder()
    const at = new Date('2025-03-04T05:06:07.000Z')
    folder.write(
      'docs/decisions/0001-use-sqlite.md',
      '---\ntitle: Use SQLite\ntags: [storage, "#db"]\nstatus: accepted\n---\n# Other\n\nWe use it.',
      at,
    )
    folder.write('src/main.ts', 'export const answer = 42\n', at)
    folder.write('app.yaml', 'port: 1\n', at)
    folder.write('plain.md', '\ufeffIntro\n\n```\n# no heading\n```\n\n# Real heading #\n', at)
    const world = await openImportWorld()
    await world.run(folder.path, { owner: 'handbook', identity: 'acme', lane: 'ops', tags: ['imported'], trust: 80 })
    const documents = await world.documents()
    const decision = documents.get('docs/decisions/0001-use-sqlite.md')
    expect(decision).toMatchObject({
      type: 'decision',
      title: 'Use SQLite',
      tags: ['storage', 'db', 'imported'],
      metadata: { status: 'accepted' },
      identity: 'acme',
      lane: 'ops',
      trust: 80,
      validFrom: at.getTime(),
      source: { kind: 'file', path: 'docs/decisions/0001-use-sqlite.md', root: folder.path, at: at.toISOString() },
    })
    expect(await world.context.subjects.find(decision?.owner ?? '')).toMatchObject({ name: 'handbook' })
    expect(documents.get('src/main.ts')).toMatchObject({ type: 'code', title: 'main.ts' })
    expect(documents.get('app.yaml')).toMatchObject({ type: 'config' })
    expect(documents.get('plain.md')).toMatchObject({ title: 'Real heading' })
    expect(documents.get('plain.md')?.content.startsWith('Intro')).toBe(true)
  })

  test('a time in the future is no later than now', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'text', new Date('2100-01-01T00:00:00Z'))
    const world = await openImportWorld()
    await world.run(folder.path)
    expect((await world.documents()).get('a.md')?.validFrom).toBeLessThanOrEqual(Date.now())
  })

  test('the job and its files have the shape that the contract promises', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'text')
    folder.write('b.bin', 'text')
    const world = await openImportWorld()
    const job = await world.run(folder.path, { label: 'sample' })
    expect(importJob.parse(job)).toMatchObject({ label: 'sample', kind: 'folder', files_total: 2, files_done: 2 })
    for (const file of await world.files(job)) importFile.parse(file)
    expect(await world.imports.get(job.id)).toEqual(job)
    const second = await world.run(folder.path)
    expect((await world.imports.list({ limit: 10 })).items.map(({ id }) => id)).toEqual([second.id, job.id])
    expect(await codeOf(() => world.imports.listFiles(job.id, { limit: 1, cursor: 'no' }))).toBe('CURSOR_INVALID')
    expect(await codeOf(() => world.imports.get(world.context.newId()))).toBe('NOT_FOUND')
  })
})

describe('a document of several chunks', () => {
  test('is found through its chunks, which are in order and say where they stand', async () => {
    using folder = new TestFolder()
    const text = `---\nauthor: Ada\n---\n${longDocument('Guide', ['Install', 'Run', 'Stop'])}`
    folder.write('guide.md', text)
    const world = await openImportWorld()
    const job = await world.run(folder.path, { tags: ['x'] })
    const document = (await world.documents()).get('guide.md')
    expect(document?.content).toBe(text)
    const chunks = await world.chunksOf(document?.id ?? '')
    expect(chunks.map(({ title }) => title)).toEqual(['Guide › Install', 'Guide › Run', 'Guide › Stop'])
    expect(chunks.map(({ partOf }) => partOf?.index)).toEqual([0, 1, 2])
    for (const chunk of chunks) {
      expect(chunk.tags).toEqual(['x'])
      const { start_line = 0, end_line = 0 } = chunk.source?.kind === 'file' ? chunk.source : {}
      expect(
        text
          .split('\n')
          .slice(start_line - 1, end_line)
          .join('\n'),
      ).toContain(chunk.content)
    }
    expect(job).toMatchObject({ imported: 1, capsules_created: 4 })
    expect(await world.files(job)).toMatchObject([{ chunks: 3, version: '1.0.0', capsule_id: document?.id }])
    const { candidates } = await world.store.capsules.candidates({ text: 'Install', filter: {}, perSignal: 10 })
    expect(candidates.map(({ id }) => id)).not.toContain(document?.id)
  })

  test('keeps its chunks over versions: the same stay untouched, the gone are archived, the returned restored', async () => {
    using folder = new TestFolder()
    const world = await openImportWorld()
    const import_ = async (sections: readonly string[], more = '') => {
      folder.write('guide.md', longDocument('Guide', sections) + more)
      await world.run(folder.path)
      const document = (await world.documents()).get('guide.md')
      return world.chunksOf(document?.id ?? '')
    }
    const first = await import_(['Install', 'Run', 'Stop'])
    const second = await import_(['Install', 'Run'])
    expect(second.map(({ id }) => id)).toEqual([first[0]?.id, first[1]?.id])
    expect(second.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0'])
    const third = await import_(['Install', 'Run', 'Stop'], ' One more sentence.')
    expect(third.map(({ id }) => id)).toEqual(first.map(({ id }) => id))
    expect(third.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0', '1.1.0'])
    const fourth = await import_(['Before', 'Install', 'Run', 'Stop'])
    expect(fourth.map(({ partOf }) => partOf?.index)).toEqual([0, 1, 2, 3])
    expect(fourth.slice(1).map(({ id }) => id)).toEqual(first.map(({ id }) => id))
    // The first chunk held the title of the document, which is the new first one's now; the third was changed before.
    expect(fourth.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0', '1.0.1', '1.2.0'])
  })

  test('becomes one piece again when it is short enough, and is then found by itself', async () => {
    using folder = new TestFolder()
    const world = await openImportWorld()
    folder.write('guide.md', longDocument('Guide', ['Install', 'Run']))
    await world.run(folder.path)
    folder.write('guide.md', '# Guide\n\nNothing but zebras.')
    await world.run(folder.path)
    const document = (await world.documents()).get('guide.md')
    expect(await world.chunksOf(document?.id ?? '')).toEqual([])
    const { candidates } = await world.store.capsules.candidates({ text: 'zebras', filter: {}, perSignal: 10 })
    expect(candidates.map(({ id }) => id)).toEqual([document?.id])
  })
})

describe('importing again', () => {
  test('what has not changed is not written: the log grows by the beginning and the end of the job alone', async () => {
    using folder = new TestFolder()
    folder.write('a.md', longDocument('A', ['One', 'Two']))
    folder.write('b.md', 'text')
    folder.write('c.jpg', 'no text')
    const world = await openImportWorld()
    await world.run(folder.path)
    const before = world.store.head()
    const job = await world.run(folder.path)
    const leaves = await world.store.ledger.range(before + 1, 100)
    expect(leaves.map(({ leaf }) => leaf.type)).toEqual(['import.started', 'import.completed'])
    expect(job).toMatchObject({ imported: 0, unchanged: 2, skipped: 1, files_done: 3, files_total: 3 })
    expect((await world.files(job)).map(({ path, state }) => [path, state])).toEqual([
      ['a.md', 'unchanged'],
      ['b.md', 'unchanged'],
      ['c.jpg', 'skipped'],
    ])
  })

  test('every run counts what it found itself, whatever the runs before it left out', async () => {
    using folder = new TestFolder()
    folder.write('a.md', new Uint8Array([1, 0]))
    folder.write('b.md', new Uint8Array([1, 0]))
    const world = await openImportWorld()
    for (let run = 0; run < 3; run++)
      expect(await world.run(folder.path)).toMatchObject({ imported: 0, skipped: 2, files_done: 2 })
    folder.write('a.md', 'a text now')
    expect(await world.run(folder.path)).toMatchObject({ imported: 1, skipped: 1, files_done: 2 })
    rmSync(join(folder.path, 'b.md'))
    expect(await world.run(folder.path)).toMatchObject({ imported: 0, skipped: 0, unchanged: 1, files_done: 1 })
  })

  test('another scope is another set of documents', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'text')
    const world = await openImportWorld()
    await world.run(folder.path)
    expect(await world.run(folder.path, { lane: 'other' })).toMatchObject({ imported: 1, capsules_created: 1 })
  })

  test('changed text is the next version under the same id, its time that of the file', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'first', new Date('2025-01-01T00:00:00Z'))
    const world = await openImportWorld()
    await world.run(folder.path)
    const before = (await world.documents()).get('a.md')
    folder.write('a.md', 'second', new Date('2025-02-01T00:00:00Z'))
    expect(await world.run(folder.path)).toMatchObject({ imported: 1, capsules_created: 0, versions_added: 1 })
    const after = (await world.documents()).get('a.md')
    expect(after).toMatchObject({ id: before?.id, version: '1.1.0', content: 'second' })
    expect((await world.store.capsules.findAsOf(before?.id ?? '', Date.parse('2025-01-15T00:00:00Z')))?.content).toBe(
      'first',
    )
  })

  test('what a person said about the capsule and the file does not say stays', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'first')
    const world = await openImportWorld()
    await world.run(folder.path)
    const [before] = (await world.documents()).values()
    if (!before) throw new Error('nothing was imported')
    const call = { ...world.call(), command: { id: '0'.repeat(32) } }
    const grant = grantOf('capsule.update', { subject: call.subject.id })
    await updateCapsule(
      world.context,
      { ...call, grant },
      before.id,
      { category: 'kept', licence: 'public' },
      () => true,
    )
    folder.write('a.md', 'second')
    await world.run(folder.path)
    expect((await world.documents()).get('a.md')).toMatchObject({
      category: 'kept',
      licence: 'public',
      content: 'second',
    })
  })

  test('a moved file keeps its id, versions and chunks', async () => {
    using folder = new TestFolder()
    folder.write('a.md', longDocument('A', ['One', 'Two']))
    const world = await openImportWorld()
    await world.run(folder.path)
    const before = (await world.documents()).get('a.md')
    const chunks = await world.chunksOf(before?.id ?? '')
    renameSync(join(folder.path, 'a.md'), join(folder.path, 'z.md'))
    const job = await world.run(folder.path)
    expect(job).toMatchObject({ imported: 1, capsules_created: 0 })
    const after = (await world.documents()).get('z.md')
    expect(after).toMatchObject({ id: before?.id, version: '1.0.1', source: { path: 'z.md', previous_path: 'a.md' } })
    expect((await world.chunksOf(before?.id ?? '')).map(({ id }) => id)).toEqual(chunks.map(({ id }) => id))
    expect((await world.files(job)).map(({ path }) => path)).toEqual(['z.md'])
  })

  test('a deleted file is archived with its chunks, and comes back with a version', async () => {
    using folder = new TestFolder()
    folder.write('a.md', longDocument('A', ['One', 'Two']))
    folder.write('b.md', 'stays')
    const world = await openImportWorld()
    await world.run(folder.path)
    const before = (await world.documents()).get('a.md')
    folder.remove('a.md')
    await world.run(folder.path)
    expect([...(await world.documents()).keys()]).toEqual(['b.md'])
    expect(await world.chunksOf(before?.id ?? '')).toEqual([])
    folder.write('a.md', longDocument('A', ['One', 'Two', 'Three']))
    await world.run(folder.path)
    expect((await world.documents()).get('a.md')).toMatchObject({ id: before?.id, version: '1.1.0' })
    expect(await world.chunksOf(before?.id ?? '')).toHaveLength(3)
  })

  test('an empty folder, as of a disk that is not mounted, deletes nothing', async () => {
    using folder = new TestFolder()
    folder.write('sub/a.md', 'text')
    const world = await openImportWorld()
    await world.run(folder.path)
    folder.remove('sub')
    await world.run(folder.path)
    expect((await world.documents()).size).toBe(1)
  })

  test('what was archived or quarantined by hand is left alone, with the reason', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'first')
    const world = await openImportWorld()
    await world.run(folder.path)
    const [document] = (await world.documents()).values()
    if (!document) throw new Error('nothing was imported')
    const grant = grantOf('capsule.archive', { subject: world.call().subject.id })
    await archiveCapsule(world.context, { ...world.call(), grant, command: { id: commandId() } }, document.id)
    folder.write('a.md', 'second')
    const job = await world.run(folder.path)
    expect(await world.files(job)).toMatchObject([
      { state: 'skipped', reason: expect.stringContaining('archived by hand') },
    ])
    expect((await world.store.capsules.getHeads([document.id]))[0]).toMatchObject({
      status: 'ARCHIVED',
      content: 'first',
    })
  })

  test('a text that is binary now takes its capsule out of search', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'first')
    folder.write('b.md', 'stays')
    const world = await openImportWorld()
    await world.run(folder.path)
    folder.write('a.md', new Uint8Array([0, 1]))
    await world.run(folder.path)
    expect([...(await world.documents()).keys()]).toEqual(['b.md'])
    const before = world.store.head()
    await world.run(folder.path)
    expect(world.store.head()).toBe(before + 2)
  })
})

describe('the life of a job', () => {
  const many = (folder: TestFolder, count: number): void => {
    for (let n = 0; n < count; n++)
      folder.write(`note-${String(n).padStart(4, '0')}.md`, `# Note ${n}\n\nText of note ${n}.`)
  }

  test('a cancelled import keeps what is durable and is continued as the same job, to the same end', async () => {
    using folder = new TestFolder()
    many(folder, 300)
    const world = await openImportWorld()
    const started = await world.imports.start(world.call(), requestOf(folder.path), () => undefined)
    expect(await codeOf(() => world.imports.start(world.call(), requestOf(folder.path)))).toBe('CONFLICT')
    expect(await codeOf(() => world.imports.remove(world.call(), started.job.id))).toBe('CONFLICT')
    const head = world.store.head()
    await expect.poll(() => world.store.head()).toBeGreaterThan(head + 70)
    const cancelled = await world.imports.cancel(started.job.id)
    expect(cancelled.state).toBe('cancelled')
    const durable = (await world.documents()).size
    expect(durable).toBeGreaterThan(0)
    expect(durable).toBeLessThan(300)
    expect(cancelled.imported).toBe(durable)
    const job = await world.run(folder.path)
    expect(job).toMatchObject({ id: started.job.id, state: 'completed', imported: 300, unchanged: 0, files_done: 300 })
    expect((await world.documents()).size).toBe(300)
    expect(await world.imports.cancel(job.id)).toEqual(job)
  })

  test('a process that ends interrupts its imports; a job that was cut off is marked at the next boot', async () => {
    using folder = new TestFolder()
    many(folder, 200)
    const world = await openImportWorld()
    const started = await world.imports.start(world.call(), requestOf(folder.path))
    await world.imports[Symbol.asyncDispose]()
    expect((await started.done).state).toBe('interrupted')
    const after = await openImportWorld({ store: world.store })
    expect(await after.imports.markInterrupted(() => after.call().grant)).toBe(0)
    expect(await after.run(folder.path)).toMatchObject({ id: started.job.id, state: 'completed', imported: 200 })
  })

  test('removing any run of a source archives what the source brought in; importing again brings it back', async () => {
    using folder = new TestFolder()
    using other = new TestFolder()
    many(folder, 110)
    other.write('other.md', 'of another source')
    const world = await openImportWorld()
    const first = await world.run(folder.path)
    await world.run(other.path)
    folder.write('late.md', 'brought in by the second import')
    folder.write('note-0000.md', 'changed by the second import')
    const second = await world.run(folder.path)
    const ids = [...(await world.documents()).values()].map(({ id }) => id).sort()
    for (const id of [second.id, first.id]) {
      expect(await world.imports.remove(world.call(), id)).toBe(111)
      expect([...(await world.documents()).keys()]).toEqual(['other.md'])
      for (const run of [first, second])
        expect(await world.imports.get(run.id)).toMatchObject({ state: 'removed', imported: run.imported })
      expect(await world.imports.remove(world.call(), id)).toBe(0)
      await world.run(folder.path)
      expect([...(await world.documents()).values()].map(({ id }) => id).sort()).toEqual(ids)
    }
  })

  test('a file the store refuses is failed with the reason, the others are imported, and it is tried again', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'good')
    folder.write('b.md', 'bad')
    folder.write('c.md', 'good as well')
    const plain = await openImportWorld()
    const inner = createStaticEmbedder()
    const embed: typeof inner.embed = async (texts, purpose) =>
      (await inner.embed(texts, purpose)).map((vector, index) =>
        texts[index]?.includes('bad') ? vector.slice(0, 3) : vector,
      )
    const world = await openImportWorld({ store: plain.store, embedder: { ...inner, embed } })
    const job = await world.run(folder.path)
    expect(job).toMatchObject({ state: 'completed', imported: 2, failed: 1, capsules_created: 2 })
    expect(await world.files(job, 'failed')).toMatchObject([
      { path: 'b.md', reason: expect.stringContaining('EMBEDDING_MISMATCH') },
    ])
    expect(await plain.run(folder.path)).toMatchObject({ imported: 1, unchanged: 2, failed: 0 })
  })

  test('a source that breaks while it is read fails the job with the problem', async () => {
    using folder = new TestFolder()
    folder.write('a.md', 'text')
    const world = await openImportWorld({
      openSource: async (request, signal) => {
        const source = await openSource(request, { signal, temp: TEST_TEMP })
        return {
          kind: source.kind,
          root: source.root,
          totals: async function* () {
            yield 1
            throw new Error('cannot be counted')
          },
          items: async function* (known, stop) {
            yield* source.items(known, stop)
            throw new Error('the disk is gone')
          },
          [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
        }
      },
    })
    expect(await world.run(folder.path)).toMatchObject({ state: 'failed', problem: 'the disk is gone' })
  })
})
