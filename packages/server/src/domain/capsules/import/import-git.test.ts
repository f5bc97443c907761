import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { TempArea } from '../../../adapters/sources/index.ts'
import { codeOf } from '../../../platform/store/testing.ts'
import type { StoredCapsule } from '../capsule.ts'
import { blameCapsule } from '../use-cases/history.ts'
import { type ImportWorld, longDocument, openImportWorld, TestFolder, TestRepository } from './testing.ts'

const versionsOf = async (world: ImportWorld, path: string): Promise<readonly StoredCapsule[]> =>
  world.store.capsules.readVersions((await world.documents()).get(path)?.id ?? '')

const tell = ({ content, source, version }: StoredCapsule) =>
  source?.kind === 'file' ? [version, content, source.author, source.commit] : []

async function expectTree(world: ImportWorld, repository: TestRepository): Promise<void> {
  const contents = [...(await world.documents())].map(([path, { content }]) => [path, content] as const)
  expect(new Map(contents)).toEqual(repository.treeAt('HEAD'))
}

describe('a repository that means harm', () => {
  test('runs none of the programs that its configuration, hooks and attributes name', async () => {
    using repository = new TestRepository()
    using marks = new TestFolder()
    const evil = join(marks.path, 'evil.sh')
    marks.write('evil.sh', `#!/bin/sh\ntouch ${join(marks.path, 'ran')}\ncat\n`)
    chmodSync(evil, 0o755)
    repository.write('.gitattributes', '*.md diff=evil filter=evil\n')
    repository.write('a.md', 'first')
    repository.commit('one')
    repository.write('a.md', 'second')
    repository.commit('two')
    for (const [key, value] of [
      ['core.fsmonitor', evil],
      ['core.pager', evil],
      ['core.sshCommand', evil],
      ['diff.external', evil],
      ['diff.evil.command', evil],
      ['diff.evil.textconv', evil],
      ['filter.evil.smudge', evil],
      ['filter.evil.process', evil],
      ['gpg.program', evil],
      ['log.showSignature', 'true'],
      ['log.showRoot', 'false'],
      ['diff.renames', 'false'],
      ['core.alternateRefsCommand', evil],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', `ext::${evil}`],
      ['remote.origin.uploadpack', evil],
      ['alias.log', `!${evil}`],
    ] as const) {
      repository.git('config', key, value)
    }
    const hooks = join(repository.path, '.git', 'hooks')
    mkdirSync(hooks, { recursive: true })
    for (const hook of ['post-checkout', 'reference-transaction', 'fsmonitor-watchman', 'pre-commit']) {
      writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${join(marks.path, 'ran')}\n`, { mode: 0o755 })
    }
    const world = await openImportWorld()
    expect(await world.run(repository.path)).toMatchObject({
      state: 'completed',
      capsules_created: 1,
      versions_added: 1,
    })
    expect(existsSync(join(marks.path, 'ran'))).toBe(false)
  })

  test('names that look like options, and names with quotes, spaces and line breaks, are names', async () => {
    using repository = new TestRepository()
    const names = [
      '--output=x.md',
      '-n.md',
      'a "b" c.md',
      "it's.md",
      'tab\there.md',
      'line\nbreak.md',
      'ümläut.md',
      ':(top)x.md',
    ]
    for (const name of names) repository.write(name, `text of ${name}`)
    repository.commit('one')
    const world = await openImportWorld()
    expect(await world.run(repository.path)).toMatchObject({ imported: names.length })
    await expectTree(world, repository)
  })

  test('links, submodules, LFS pointers, binaries and other encodings are skipped with their reason', async () => {
    using repository = new TestRepository()
    repository.write('note.md', 'text')
    repository.write('binary.md', new Uint8Array([0, 1, 2]))
    repository.write('wide.md', Buffer.from('\ufeffwide', 'utf16le'))
    repository.write('large.md', 'x'.repeat(1024 * 1024 + 1))
    repository.write('big.md', `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`)
    repository.write('photo.jpg', 'no text by its name')
    symlinkSync('/etc/passwd', join(repository.path, 'link.md'))
    mkdirSync(join(repository.path, 'module.md'))
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module.md`)
    repository.commit('one')
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    const reasons = (await world.files(job, 'skipped')).map(({ path, reason }) => `${path}: ${reason}`)
    expect(reasons).toEqual([
      'big.md: its content is kept by Git LFS and is not here',
      'binary.md: it is binary',
      'large.md: it has 1048577 bytes; at most 1048576 are read',
      'link.md: it is a link',
      'module.md: it is another repository (a submodule)',
      'photo.jpg: it is a picture, which is not read',
      'wide.md: it is encoded as UTF-16; save it as UTF-8',
    ])
    const head = world.store.head()
    expect(await world.run(repository.path)).toMatchObject({ imported: 0, unchanged: 1, skipped: 7 })
    expect(world.store.head()).toBe(head + 2)
  })

  test.for(['a folder that is none', 'a folder within one'])('kind `git` for %s is refused', async (which) => {
    using repository = new TestRepository()
    using plain = new TestFolder()
    repository.write('docs/a.md', 'text')
    repository.commit('one')
    const path = which === 'a folder within one' ? join(repository.path, 'docs') : plain.path
    const world = await openImportWorld()
    expect(await codeOf(() => world.run(path, { kind: 'git' }))).toBe('SOURCE_UNREADABLE')
  })

  test('without git the reason says what to install', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'text')
    repository.commit('one')
    const world = await openImportWorld()
    vi.stubEnv('PATH', repository.path)
    try {
      await expect(world.run(repository.path)).rejects.toMatchObject({
        code: 'SOURCE_UNREADABLE',
        detail: expect.stringContaining('the program git is needed'),
      })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('a repository without a commit is refused, and no folder of ours is left behind', async () => {
    using repository = new TestRepository()
    using temporary = new TestFolder()
    const world = await openImportWorld({ temp: new TempArea(join(temporary.path, 'tmp')) })
    expect(await codeOf(() => world.run(repository.path))).toBe('SOURCE_UNREADABLE')
    repository.write('a.md', 'text')
    repository.commit('one')
    await world.run(repository.path)
    expect(readdirSync(temporary.path)).toEqual([])
  })
})

describe('a history', () => {
  test('makes a version of each commit that changed a file, with author, commit and time', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'first')
    repository.write('b.md', 'untouched')
    const one = repository.commit('one', 'Ada')
    repository.write('a.md', 'second')
    const two = repository.commit('two', 'Bob')
    repository.commit('nothing', 'Eve')
    const world = await openImportWorld()
    const job = await world.run(repository.path)
    expect(job).toMatchObject({ kind: 'git', imported: 3, capsules_created: 2, versions_added: 1, files_done: 3 })
    const versions = await versionsOf(world, 'a.md')
    expect(versions.map(tell)).toEqual([
      ['1.0.0', 'first', 'Ada', one],
      ['1.1.0', 'second', 'Bob', two],
    ])
    expect(versions.map(({ validFrom }) => new Date(validFrom).toISOString().slice(0, 10))).toEqual([
      '2024-01-01',
      '2024-01-02',
    ])
    expect((await versionsOf(world, 'b.md')).map(tell)).toEqual([['1.0.0', 'untouched', 'Ada', one]])
  })

  test('a renamed file keeps its id, and blame names who wrote each line before and after', async () => {
    using repository = new TestRepository()
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n} of the guide`)
    repository.write('old/guide.md', lines.join('\n'))
    repository.commit('one', 'Ada')
    repository.git('mv', 'old', 'new')
    repository.write('new/guide.md', [...lines.slice(0, 10), 'a line by Bob', ...lines.slice(10)].join('\n'))
    repository.commit('moved and changed', 'Bob')
    repository.git('mv', 'new/guide.md', 'new/Guide.md')
    repository.commit('only the case', 'Eve')
    const world = await openImportWorld()
    expect(await world.run(repository.path)).toMatchObject({ capsules_created: 1, versions_added: 2 })
    const versions = await versionsOf(world, 'new/Guide.md')
    expect(versions.map(({ source }) => (source?.kind === 'file' ? [source.path, source.previous_path] : []))).toEqual([
      ['old/guide.md', undefined],
      ['new/guide.md', 'old/guide.md'],
      ['new/Guide.md', 'new/guide.md'],
    ])
    const { lines: blamed } = await blameCapsule(world.context, versions[0]?.id ?? '')
    expect(blamed.filter(({ version }) => version === '1.1.0').map(({ text }) => text.trim())).toEqual([
      'a line by Bob',
    ])
  })

  test('deleted and made anew is one capsule; a file moved onto a path that was free again keeps its own', async () => {
    using repository = new TestRepository()
    repository.write('a.md', longDocument('A', ['One', 'Two']))
    repository.write('b.md', `${'the other file has other words\n'.repeat(20)}`)
    repository.commit('both')
    const world = await openImportWorld()
    await world.run(repository.path)
    const before = await world.documents()
    repository.remove('a.md')
    repository.commit('a is gone')
    await world.run(repository.path)
    expect([...(await world.documents()).keys()]).toEqual(['b.md'])
    repository.write('a.md', longDocument('A', ['One', 'Three']))
    repository.commit('a is back')
    await world.run(repository.path)
    expect((await world.documents()).get('a.md')).toMatchObject({ id: before.get('a.md')?.id, version: '1.1.0' })
    repository.remove('a.md')
    repository.commit('a is gone again')
    repository.git('mv', 'b.md', 'a.md')
    repository.commit('b is a now')
    await world.run(repository.path)
    expect((await world.documents()).get('a.md')?.id).toBe(before.get('b.md')?.id)
    await expectTree(world, repository)
    using fresh = await atOnce(repository)
    expect(fresh.contents).toEqual(repository.treeAt('HEAD'))
  })

  test('a new file at the path that another one left is another document, also before the move is written', async () => {
    using repository = new TestRepository()
    const text = 'a text of some lines\n'.repeat(20)
    repository.write('0000-new.md', text)
    repository.commit('proposed')
    const world = await openImportWorld()
    await world.run(repository.path)
    repository.git('mv', '0000-new.md', '0873-new.md')
    repository.commit('accepted')
    repository.write('0000-new.md', 'merged back by mistake')
    repository.commit('back')
    repository.remove('0000-new.md')
    repository.commit('mended')
    repository.write('0873-new.md', `${text}and one more`)
    repository.commit('changed')
    expect(await world.run(repository.path)).toMatchObject({ skipped: 0, capsules_created: 1 })
    await expectTree(world, repository)
    expect((await versionsOf(world, '0873-new.md')).map(({ version }) => version)).toEqual(['1.0.0', '1.0.1', '1.1.0'])
  })

  test('what a commit took away was valid up to its date: a file, and a part of one', async () => {
    using repository = new TestRepository()
    repository.write('a.md', longDocument('A', ['One', 'Two']))
    repository.write('b.md', 'text')
    repository.commit('1 January')
    repository.write('a.md', longDocument('A', ['One', 'Three']))
    repository.remove('b.md')
    repository.commit('2 January')
    repository.remove('a.md')
    repository.commit('3 January')
    repository.write('b.md', 'another text')
    repository.commit('4 January')
    const world = await openImportWorld()
    await world.run(repository.path)
    const titlesOn = async (day: string) => {
      const { items } = await world.store.capsules.list({ asOf: Date.parse(`2024-01-${day}`) }, { limit: 100 })
      return items.map(({ title, content }) => (title === 'b' ? content : title)).sort()
    }
    expect(await titlesOn('01T12:00Z')).toEqual(['A', 'A › One', 'A › Two', 'text'])
    expect(await titlesOn('02T12:00Z')).toEqual(['A', 'A › One', 'A › Three'])
    expect(await titlesOn('03T12:00Z')).toEqual([])
    expect(await titlesOn('04T12:00Z')).toEqual(['another text'])
  })

  test('what was text and is a link, binary or named otherwise now is archived', async () => {
    using repository = new TestRepository()
    for (const name of ['link.md', 'binary.md', 'stays.md']) repository.write(name, `text of ${name}`)
    repository.commit('texts')
    repository.remove('link.md')
    symlinkSync('stays.md', join(repository.path, 'link.md'))
    repository.write('binary.md', new Uint8Array([0]))
    repository.commit('no texts')
    const world = await openImportWorld()
    await world.run(repository.path)
    expect([...(await world.documents()).keys()]).toEqual(['stays.md'])
  })

  test('only new commits are read the next time; nothing new writes nothing', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'first')
    repository.write('b.md', 'other')
    repository.commit('one')
    const world = await openImportWorld()
    await world.run(repository.path)
    const head = world.store.head()
    expect(await world.run(repository.path)).toMatchObject({ imported: 0, unchanged: 2, files_done: 2 })
    expect(world.store.head()).toBe(head + 2)
    repository.write('a.md', 'second')
    repository.commit('two')
    expect(await world.run(repository.path)).toMatchObject({ imported: 1, unchanged: 1, versions_added: 1 })
    expect((await versionsOf(world, 'a.md')).map(({ content }) => content)).toEqual(['first', 'second'])
  })

  test('a history that was written anew ends as its newest tree says, and goes on from there', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'first')
    repository.commit('one')
    repository.write('b.md', 'to be dropped')
    repository.write('a.md', 'second')
    repository.commit('two')
    const world = await openImportWorld()
    await world.run(repository.path)
    const id = (await world.documents()).get('a.md')?.id
    repository.git('reset', '-q', '--hard', 'HEAD~1')
    repository.write('a.md', 'another second')
    repository.commit('another two')
    await world.run(repository.path)
    await expectTree(world, repository)
    repository.write('a.md', 'third')
    repository.commit('three')
    expect(await world.run(repository.path)).toMatchObject({ imported: 1 })
    expect((await versionsOf(world, 'a.md')).map(({ content }) => content)).toEqual([
      'first',
      'second',
      'another second',
      'third',
    ])
    expect((await world.documents()).get('a.md')?.id).toBe(id)
  })

  test('without history the newest state alone is taken in, and later commits follow', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'first')
    repository.commit('one')
    repository.write('a.md', 'second')
    const two = repository.commit('two')
    const world = await openImportWorld()
    await world.run(repository.path, { history: false })
    expect((await versionsOf(world, 'a.md')).map(tell)).toEqual([['1.0.0', 'second', 'Ada', two]])
    repository.write('a.md', 'third')
    repository.commit('three')
    await world.run(repository.path)
    expect((await versionsOf(world, 'a.md')).map(({ content }) => content)).toEqual(['second', 'third'])
  })

  test('.cascadeignore of the newest tree leaves out in all of the history', async () => {
    using repository = new TestRepository()
    repository.write('drafts/a.md', 'draft')
    repository.write('kept.md', 'kept')
    repository.commit('one')
    repository.write('.cascadeignore', 'drafts/\n')
    repository.commit('two')
    const world = await openImportWorld()
    await world.run(repository.path)
    expect([...(await world.documents()).keys()]).toEqual(['kept.md'])
  })
})

describe('branches', () => {
  test('what a branch brought in is told by its own commits', async () => {
    using repository = new TestRepository()
    repository.write('a.md', 'base')
    repository.write('m.md', 'main 1')
    repository.commit('base')
    repository.git('checkout', '-q', '-b', 'side')
    repository.write('a.md', 'side 1')
    const sideOne = repository.commit('side 1', 'Bob')
    repository.write('a.md', 'side 2')
    repository.write('new.md', 'made on the branch')
    const sideTwo = repository.commit('side 2', 'Eve')
    repository.git('checkout', '-q', 'main')
    repository.write('m.md', 'main 2')
    repository.commit('main 2')
    repository.merge('side')
    const world = await openImportWorld()
    await world.run(repository.path)
    expect((await versionsOf(world, 'a.md')).slice(1).map(tell)).toEqual([
      ['1.1.0', 'side 1', 'Bob', sideOne],
      ['1.2.0', 'side 2', 'Eve', sideTwo],
    ])
    expect((await versionsOf(world, 'new.md')).map(tell)).toEqual([['1.0.0', 'made on the branch', 'Eve', sideTwo]])
    await expectTree(world, repository)
  })

  test('what both sides changed is told by the main line and the merge', async () => {
    using repository = new TestRepository()
    const text = (first: string, last: string) => `${first}\n${'middle\n'.repeat(10)}${last}\n`
    repository.write('a.md', text('1', '1'))
    repository.commit('base')
    repository.git('checkout', '-q', '-b', 'side')
    repository.write('a.md', text('1', 'side'))
    repository.commit('side')
    repository.git('checkout', '-q', 'main')
    repository.write('a.md', text('main', '1'))
    repository.commit('main')
    const merge = repository.merge('side')
    const world = await openImportWorld()
    await world.run(repository.path)
    const versions = await versionsOf(world, 'a.md')
    expect(versions.map(({ content }) => content)).toEqual([text('1', '1'), text('main', '1'), text('main', 'side')])
    expect(versions.at(-1)?.source).toMatchObject({ commit: merge })
  })

  test('a file renamed on a branch, and a branch merged into a branch, keep the id', async () => {
    using repository = new TestRepository()
    const text = Array.from({ length: 30 }, (_, n) => `line ${n}`).join('\n')
    repository.write('a.md', text)
    repository.commit('base')
    repository.git('checkout', '-q', '-b', 'side')
    repository.git('mv', 'a.md', 'b.md')
    repository.commit('moved', 'Bob')
    repository.git('checkout', '-q', '-b', 'inner')
    repository.write('b.md', `${text}\ninner`)
    repository.commit('inner', 'Eve')
    repository.git('checkout', '-q', 'side')
    repository.write('c.md', 'so that the merge is one')
    repository.commit('c')
    repository.merge('inner')
    repository.git('checkout', '-q', 'main')
    repository.write('d.md', 'so that this merge is one, too')
    repository.commit('d')
    repository.merge('side')
    const world = await openImportWorld()
    expect(await world.run(repository.path)).toMatchObject({ capsules_created: 3 })
    const versions = await versionsOf(world, 'b.md')
    expect(versions.map(({ source }) => (source?.kind === 'file' ? [source.path, source.author] : []))).toEqual([
      ['a.md', 'Ada'],
      ['b.md', 'Bob'],
      ['b.md', 'Eve'],
    ])
    await expectTree(world, repository)
  })

  test('a main line that goes through a branch is told what it took from the other, moves and all', async () => {
    using repository = new TestRepository()
    const text = Array.from({ length: 30 }, (_, n) => `line ${n}`).join('\n')
    repository.write('first.md', 'first')
    repository.commit('first')
    repository.git('branch', 'side')
    repository.write('0000-new.md', text)
    repository.commit('proposed', 'Ada')
    repository.git('mv', '0000-new.md', '0039-new.md')
    repository.write('0039-new.md', `${text}\naccepted`)
    repository.commit('accepted', 'Bob')
    repository.git('checkout', '-q', 'side')
    repository.write('mine.md', 'mine')
    repository.commit('mine')
    repository.merge('main')
    repository.git('checkout', '-q', 'main')
    repository.git('merge', '-q', '--ff-only', 'side')
    const world = await openImportWorld()
    await world.run(repository.path)
    expect((await versionsOf(world, '0039-new.md')).map(({ source }) => source)).toMatchObject([
      { path: '0000-new.md', author: 'Ada' },
      { path: '0039-new.md', author: 'Bob' },
    ])
    await expectTree(world, repository)
  })

  test('bare repositories and linked working trees are read like any other', async () => {
    using repository = new TestRepository()
    using other = new TestFolder()
    repository.write('a.md', 'text')
    repository.commit('one')
    repository.git('clone', '-q', '--bare', '.', join(other.path, 'bare'))
    repository.git('worktree', 'add', '-q', '-b', 'linked', join(other.path, 'linked'))
    for (const name of ['bare', 'linked']) {
      const world = await openImportWorld()
      expect(await world.run(join(other.path, name))).toMatchObject({ kind: 'git', imported: 1 })
    }
  })
})

/** The documents of a repository that is imported in one go. */
async function atOnce(
  repository: TestRepository,
): Promise<Disposable & { readonly contents: ReadonlyMap<string, string> }> {
  const world = await openImportWorld()
  await world.run(repository.path)
  const contents = new Map([...(await world.documents())].map(([path, { content }]) => [path, content]))
  return { contents, [Symbol.dispose]: () => undefined }
}
