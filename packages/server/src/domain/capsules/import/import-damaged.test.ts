import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StoredCapsule } from '../capsule.ts'
import { type ImportWorld, openImportWorld, TestFolder, TestRepository } from './testing.ts'

const MISSING = 'its content is not in the repository'
const DAMAGED = 'its content in the repository is damaged'

const versionsOf = async (world: ImportWorld, path: string): Promise<readonly StoredCapsule[]> =>
  world.store.capsules.readVersions((await world.documents()).get(path)?.id ?? '')

const textsOf = async (world: ImportWorld, path: string): Promise<readonly string[]> =>
  (await versionsOf(world, path)).map(({ content }) => content)

/** Texts of so many lines that Git sees them as one file that moved. */
const linesOf = (topic: string, count = 30): string =>
  Array.from({ length: count }, (_, n) => `line ${n} about ${topic}\n`).join('')

describe('a repository that lacks something', () => {
  test('a version whose content is missing is skipped; those before and after are taken in', async () => {
    using repository = new TestRepository()
    for (const text of ['first', 'second', 'third']) {
      repository.write('a.md', text)
      repository.commit(text)
    }
    repository.remove(repository.objectPath('HEAD~1:a.md'))
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    expect(job).toMatchObject({ state: 'completed', imported: 2, skipped: 1 })
    expect(await textsOf(world, 'a.md')).toEqual(['first', 'third'])
    const head = world.store.head()
    expect(await world.run(repository.path)).toMatchObject({ imported: 0, unchanged: 1, skipped: 0 })
    expect(world.store.head()).toBe(head + 2)
  })

  test('a file whose newest content is missing stays as it was, until the content is there', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'first')
    repository.commit('one')
    repository.write('a.md', 'second')
    repository.commit('two')
    const object = repository.objectPath('HEAD:a.md')
    const bytes = readFileSync(join(repository.path, object))
    repository.remove(object)
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    expect(job).toMatchObject({ state: 'completed', imported: 1, skipped: 1 })
    expect(await world.files(job)).toMatchObject([{ path: 'a.md', state: 'skipped', reason: MISSING }])
    expect(await textsOf(world, 'a.md')).toEqual(['first'])
    const head = world.store.head()
    expect(await world.run(repository.path)).toMatchObject({ imported: 0, skipped: 1 })
    expect(world.store.head()).toBe(head + 2)
    repository.write(object, bytes)
    expect(await world.run(repository.path)).toMatchObject({ imported: 1, skipped: 0 })
    expect(await textsOf(world, 'a.md')).toEqual(['first', 'second'])
  })

  test('moves are followed where both contents are there, whatever else the commit did to missing ones', async () => {
    using repository = new TestRepository()
    for (const name of ['kept', 'gone', 'equal']) repository.write(`old/${name}.md`, linesOf(name))
    repository.commit('one')
    repository.git('mv', 'old', 'new')
    for (const name of ['kept', 'gone']) repository.write(`new/${name}.md`, `${linesOf(name)}and a word by Bob`)
    repository.commit('moved', 'Bob')
    repository.write('new/gone.md', `${linesOf('gone')}and another`)
    repository.commit('changed')
    for (const name of ['HEAD~2:old/gone.md', 'HEAD~1:new/gone.md', 'HEAD:new/equal.md'])
      repository.remove(repository.objectPath(name))
    const world = await openImportWorld()
    expect(await world.run(repository.path)).toMatchObject({ state: 'completed', capsules_created: 2 })
    expect((await textsOf(world, 'new/kept.md')).length).toBe(2)
    expect((await textsOf(world, 'new/gone.md')).length).toBe(1)
    expect([...(await world.documents()).keys()].sort()).toEqual(['new/gone.md', 'new/kept.md'])
  })

  test('a file that moves while nobody can say what it holds keeps its document', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'first')
    repository.commit('one')
    repository.write('a.md', 'second')
    repository.commit('two')
    repository.git('mv', 'a.md', 'b.md')
    repository.commit('three')
    repository.write('b.md', 'third')
    repository.commit('four')
    repository.remove(repository.objectPath('HEAD~1:b.md'))
    const world = await openImportWorld()
    expect(await world.run(repository.path)).toMatchObject({ state: 'completed', capsules_created: 1, skipped: 2 })
    expect(await textsOf(world, 'b.md')).toEqual(['first', 'third'])
  })

  test.for([
    { name: 'cut short', keep: 2000, reason: DAMAGED },
    { name: 'cut in its head', keep: 10, reason: MISSING },
    { name: 'empty', keep: 0, reason: MISSING },
  ])('content that is $name is skipped, and reading goes on', async ({ keep, reason }) => {
    using repository = new TestRepository()
    repository.write('a.md', Array.from({ length: 3000 }, (_, n) => `${n * 7919}`).join('\n'))
    repository.write('b.md', 'b')
    repository.commit('one')
    const object = repository.objectPath('HEAD:a.md')
    const bytes = readFileSync(join(repository.path, object))
    chmodSync(join(repository.path, object), 0o644)
    repository.write(object, bytes.subarray(0, keep))
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    expect(job).toMatchObject({ state: 'completed', imported: 1, skipped: 1 })
    expect(await world.files(job, 'skipped')).toMatchObject([{ path: 'a.md', reason }])
  })

  test.for([
    { name: 'folder', object: 'HEAD~1:docs', taken: ['first', 'third'] },
    { name: 'commit', object: 'HEAD~1', taken: ['third'] },
  ])('a history that lacks a $name is told up to there, and files are as the newest commit has them', async (given) => {
    using repository = new TestRepository()
    for (const text of ['first', 'second', 'third']) {
      repository.write('docs/a.md', text)
      repository.commit(text)
    }
    repository.remove(repository.objectPath(given.object))
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    expect(job).toMatchObject({ state: 'completed', skipped: 1 })
    const [history] = await world.files(job, 'skipped')
    expect(history).toMatchObject({ path: '(history)', reason: expect.stringContaining('cannot be read to its end') })
    expect(await textsOf(world, 'docs/a.md')).toEqual(given.taken)
    expect(await world.run(repository.path)).toMatchObject({
      state: 'completed',
      imported: 0,
      skipped: 0,
      unchanged: 1,
    })
    repository.write('docs/a.md', 'fourth')
    execFileSync('git', ['add', '-A'], { cwd: repository.path })
    repository.commit('fourth')
    await world.run(repository.path)
    expect(await textsOf(world, 'docs/a.md')).toEqual([...given.taken, 'fourth'])
  })
})

describe('a newest commit that lacks a folder', () => {
  const grow = (repository: TestRepository): void => {
    for (const path of ['a.md', 'docs/b.md', 'docs/deep/c.md', 'docs/deep/d/e.md', 'node_modules/x/f.md', 'z.md'])
      repository.write(path, `text of ${path}`)
    repository.write('drafts/g.md', 'left out by a rule')
    repository.write('.cascadeignore', 'drafts/\n')
    repository.commit('one')
  }

  test.for([
    { name: 'missing', bytes: undefined, reason: 'the folder is not in the repository' },
    { name: 'damaged', bytes: 25, reason: 'the folder in the repository is damaged' },
  ])('$name is skipped with the reason; what is beside it is taken in, and what is in it later', async (given) => {
    using repository = new TestRepository()
    grow(repository)
    const object = repository.objectPath('HEAD:docs/deep')
    const bytes = readFileSync(join(repository.path, object))
    chmodSync(join(repository.path, object), 0o644)
    if (given.bytes === undefined) repository.remove(object)
    else repository.write(object, bytes.subarray(0, given.bytes))
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    expect(job).toMatchObject({ state: 'completed', imported: 3, skipped: 2, failed: 0 })
    const skipped = (await world.files(job, 'skipped')).map(({ path, reason }) => [path, reason])
    expect(skipped).toContainEqual(['docs/deep/', given.reason])
    expect([...(await world.documents()).keys()].sort()).toEqual(['a.md', 'docs/b.md', 'z.md'])
    repository.write(object, bytes)
    expect(await world.run(repository.path)).toMatchObject({ state: 'completed', imported: 2, unchanged: 3 })
    expect((await world.documents()).size).toBe(5)
  })

  test('deletes nothing that was in it, and takes no file of the same text for one that moved out of it', async () => {
    using repository = new TestRepository()
    grow(repository)
    const world = await openImportWorld()
    await world.run(repository.path)
    const before = await world.documents()
    repository.write('copy.md', 'text of docs/deep/c.md')
    repository.write('docs/deep/new.md', 'so that the folder is another one')
    repository.commit('two')
    repository.remove(repository.objectPath('HEAD:docs/deep'))
    expect(await world.run(repository.path)).toMatchObject({ state: 'completed', capsules_created: 1 })
    const after = await world.documents()
    for (const [path, { id }] of before) expect(after.get(path)).toMatchObject({ id })
    expect([...after.keys()]).toContain('copy.md')
  })

  test('of what is left out says nothing of it', async () => {
    using repository = new TestRepository()
    grow(repository)
    for (const name of ['node_modules/x', 'drafts']) repository.remove(repository.objectPath(`HEAD:${name}`))
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    expect((await world.files(job, 'skipped')).map(({ path }) => path)).toEqual(['(history)'])
    expect((await world.documents()).size).toBe(5)
  })

  test('that is the outermost fails, and says which commit and why', async () => {
    using repository = new TestRepository()
    grow(repository)
    repository.remove(repository.objectPath('HEAD^{tree}'))
    const world = await openImportWorld()
    expect(await world.run(repository.path)).toMatchObject({
      state: 'failed',
      problem: expect.stringMatching(/^Commit [0-9a-f]{40} cannot be read: the folder is not in the repository\.$/),
    })
  })
})

describe('a clone of a part', () => {
  const grow = (repository: TestRepository): void => {
    repository.git('config', 'uploadpack.allowFilter', 'true')
    repository.write('a.md', linesOf('a'))
    repository.write('b.md', 'b')
    repository.commit('base')
    repository.git('checkout', '-q', '-b', 'side')
    repository.git('mv', 'a.md', 'c.md')
    repository.write('c.md', `${linesOf('a')}by the side`)
    repository.commit('moved on the side')
    repository.git('checkout', '-q', 'main')
    repository.write('b.md', 'b on the main line')
    repository.commit('main')
    repository.merge('side')
    repository.write('b.md', 'b at the end')
    repository.commit('end')
  }

  test.for([
    {
      name: 'a shallow clone of one commit',
      options: ['--depth', '1'],
      versions: { 'c.md': 1, 'b.md': 1 },
      skipped: 0,
    },
    { name: 'a shallow clone of a merge', options: ['--depth', '2'], versions: { 'c.md': 1, 'b.md': 2 }, skipped: 0 },
    {
      name: 'a shallow clone with branches',
      options: ['--depth', '3'],
      versions: { 'c.md': 2, 'b.md': 2 },
      skipped: 0,
    },
    {
      name: 'a clone without contents',
      options: ['--filter=blob:none'],
      versions: { 'c.md': 1, 'b.md': 1 },
      skipped: 3,
    },
    { name: 'a clone without folders', options: ['--filter=tree:0'], versions: { 'c.md': 1, 'b.md': 1 }, skipped: 1 },
  ])('$name has the newest tree, and asks nobody for the rest', async ({ options, versions, skipped }) => {
    using repository = new TestRepository()
    using other = new TestFolder()
    grow(repository)
    const clone = join(other.path, 'clone')
    repository.git('clone', '-q', ...options, `file://${repository.path}`, clone)
    const objects = () => execFileSync('git', ['-C', clone, 'count-objects', '-v'], { encoding: 'utf8' })
    const before = objects()
    const world = await openImportWorld()
    expect(await world.run(clone)).toMatchObject({ kind: 'git', state: 'completed', skipped })
    const documents = [...(await world.documents())].map(([path, { content }]) => [path, content] as const)
    expect(new Map(documents)).toEqual(repository.treeAt('HEAD'))
    for (const [path, count] of Object.entries(versions)) expect((await versionsOf(world, path)).length).toBe(count)
    expect(objects()).toBe(before)
    const head = world.store.head()
    expect(await world.run(clone)).toMatchObject({ imported: 0, unchanged: 2 })
    expect(world.store.head()).toBe(head + 2)
  })
})
