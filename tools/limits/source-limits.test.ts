import { execFileSync } from 'node:child_process'
import { chmodSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RecordFile } from '../../packages/server/src/adapters/sources/chat-file.ts'
import { FILES_MAX, openRecordFiles } from '../../packages/server/src/adapters/sources/chat-files.ts'
import {
  ENTRIES_MAX,
  openChatZip,
  RATIO_FREE_BYTES,
  RATIO_MAX,
} from '../../packages/server/src/adapters/sources/chat-zip.ts'
import { straighten, WAITING_CHANGES_MAX } from '../../packages/server/src/adapters/sources/git-history.ts'
import { IGNORE_FILES_MAX, readTreeIgnores } from '../../packages/server/src/adapters/sources/git-ignores.ts'
import type { GitCommit } from '../../packages/server/src/adapters/sources/git-log.ts'
import { GitObjects } from '../../packages/server/src/adapters/sources/git-objects.ts'
import { COMPARED_MAX, followRenames } from '../../packages/server/src/adapters/sources/git-renames.ts'
import { type GitRepository, openGitRepository } from '../../packages/server/src/adapters/sources/git-repository.ts'
import { isGap, readGitTree, TREE_LIMITS } from '../../packages/server/src/adapters/sources/git-tree.ts'
import { zipOf } from '../../packages/server/src/adapters/sources/testing/chat-exports.ts'
import { LINE_BYTES_MAX, readTranscript } from '../../packages/server/src/adapters/sources/transcript-turns.ts'
import { TEST_TEMP, TestFolder, TestRepository } from '../../packages/server/src/domain/capsules/import/testing.ts'
import { codeOf } from '../../packages/server/src/platform/store/testing.ts'
import { LIMITS } from './index.ts'

const { signal } = new AbortController()

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const many = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join('\n')

const transcript = (text: string): RecordFile => ({
  name: 'chat.txt',
  bytes: text.length,
  read: async function* () {
    yield Buffer.from(text)
  },
})

test('of a transcript no more turns are read, and the report says so', async () => {
  const file = transcript(many(4, (index) => `Ada: ${index}`))
  const kinds = async (turnsMax: number) => (await all(readTranscript(file, turnsMax))).map(({ kind }) => kind)
  expect(await kinds(4)).toEqual(['line', 'line', 'line', 'line'])
  expect(await kinds(3)).toEqual(['line', 'line', 'line', 'skipped'])
})

test('of a line of a transcript that is too long the beginning counts', async () => {
  const line = (length: number): string => `Ada: ${'x'.repeat(length - 10)}apple`
  const [fits, beyond] = await Promise.all(
    [line(LINE_BYTES_MAX), `${line(LINE_BYTES_MAX + 2)}`].map((text) => all(readTranscript(transcript(text)))),
  )
  expect([fits, beyond].map((items) => items?.[0]?.kind)).toEqual(['skipped', 'skipped'])
  expect(fits?.[0]).toMatchObject({ reason: expect.stringContaining(`${LINE_BYTES_MAX - 5} bytes`) })
  expect(beyond?.[0]).toMatchObject({ reason: expect.stringContaining(`${LINE_BYTES_MAX - 4} bytes`) })
})

test('an export of chats in too many files is refused', async () => {
  using folder = new TestFolder()
  for (let part = 0; part < FILES_MAX; part++) folder.write(`conversations-${part}.json`, '[]')
  await using found = await openRecordFiles(folder.path)
  expect(found.files).toHaveLength(FILES_MAX)
  folder.write('conversations.json', '[]')
  expect({ error: await codeOf(() => openRecordFiles(folder.path)) }).toEqual(LIMITS.chatParts.beyond)
}, 60_000)

/** The end of an archive that says how many entries it has. @see APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16 */
function endOf(entries: number): Buffer {
  const [record, locator, end] = [Buffer.alloc(56), Buffer.alloc(20), Buffer.alloc(22)]
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  for (const place of [24, 32]) record.writeBigUInt64LE(BigInt(entries), place)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeUInt32LE(1, 16)
  end.writeUInt32LE(0x06054b50, 0)
  for (const place of [8, 10]) end.writeUInt16LE(0xffff, place)
  for (const place of [12, 16]) end.writeUInt32LE(0xffffffff, place)
  return Buffer.concat([record, locator, end])
}

const detailOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  )

test('an archive of chats with an entry too many is refused', async () => {
  using folder = new TestFolder()
  const opened = async (entries: number) => {
    folder.write('chats.zip', endOf(entries))
    return detailOf(openChatZip(join(folder.path, 'chats.zip'), () => true))
  }
  const says = expect.stringContaining(`at most ${ENTRIES_MAX} are read`)
  expect(await opened(ENTRIES_MAX)).toMatchObject({ detail: expect.not.stringContaining('at most') })
  expect(await opened(ENTRIES_MAX + 1)).toMatchObject({ code: LIMITS.chatZipEntries.beyond.error, detail: says })
})

test('an archive of chats that grows too much is refused', async () => {
  using folder = new TestFolder()
  const name = 'conversations.json'
  const opened = async (bytes: number) => {
    folder.write('chats.zip', zipOf({ [name]: Buffer.alloc(1000) }, { [name]: bytes }))
    return codeOf(() => openChatZip(join(folder.path, 'chats.zip'), (one) => one === name))
  }
  expect(RATIO_FREE_BYTES).toBeGreaterThan(1000 * RATIO_MAX)
  expect({ error: await opened(RATIO_FREE_BYTES + 1) }).toEqual(LIMITS.chatZipRatio.beyond)
})

async function repositoryOf(test: TestRepository): Promise<GitRepository> {
  const repository = await openGitRepository(test.path, { temp: TEST_TEMP, signal })
  onTestFinished(() => repository[Symbol.asyncDispose]())
  return repository
}

test('of the ignore files of a repository no more are used', async () => {
  using files = new TestRepository()
  for (let folder = 0; folder <= IGNORE_FILES_MAX; folder++)
    files.write(`${String(folder).padStart(5, '0')}/.cascadeignore`, 'a.md')
  files.commit('ignored')
  const rules = await readTreeIgnores(await repositoryOf(files), signal)
  const isIgnored = (folder: number): boolean => rules.isIgnoredDeep(`${String(folder).padStart(5, '0')}/a.md`)
  expect([isIgnored(IGNORE_FILES_MAX - 1), isIgnored(IGNORE_FILES_MAX)]).toEqual([true, false])
}, 60_000)

/** A repository of which Git cannot list the tree, because folders of it are missing. */
function damagedTree(missing: readonly string[]): TestRepository {
  const files = new TestRepository()
  for (const folder of ['a', 'b']) files.write(`${folder}/note.md`, folder)
  for (let note = 0; note < 10; note++) files.write(`large/${note}.md`, 'text')
  files.commit('all')
  for (const folder of missing) files.remove(files.objectPath(`HEAD:${folder}`))
  return files
}

test('a folder of a repository that is a byte too large is a gap with its reason', async () => {
  using files = damagedTree(['a'])
  const repository = await repositoryOf(files)
  const bytes = Number(files.git('cat-file', '-s', 'HEAD:large'))
  const reasons = async (folderBytesMax: number) => {
    const items = await all(readGitTree(repository, repository.head, signal, { ...TREE_LIMITS, folderBytesMax }))
    return items.flatMap((item) => (isGap(item) ? [item.reason] : []))
  }
  const missing = 'the folder is not in the repository'
  expect(await reasons(bytes)).toEqual([missing])
  expect(await reasons(bytes - 1)).toEqual([missing, `the folder takes more than ${bytes - 1} bytes`])
})

test('a commit of which too many folders are missing is refused', async () => {
  using files = damagedTree(['a', 'b'])
  const repository = await repositoryOf(files)
  const read = (gapsMax: number) => all(readGitTree(repository, repository.head, signal, { ...TREE_LIMITS, gapsMax }))
  expect((await read(2)).filter(isGap)).toHaveLength(2)
  expect({ error: await codeOf(() => read(1)) }).toEqual(LIMITS.gitGaps.beyond)
})

test('a repository with a damaged object too many is refused', async () => {
  using files = new TestRepository()
  const names = ['a', 'b', 'c']
  for (const name of names)
    files.write(
      name,
      many(3000, (index) => `${name} ${index * 7919}`),
    )
  files.commit('all')
  const ids = names.map((name) => files.git('rev-parse', `HEAD:${name}`).trim())
  for (const name of names) cutShort(join(files.path, files.objectPath(`HEAD:${name}`)))
  const repository = await repositoryOf(files)
  await using objects = new GitObjects(repository, { type: 'blob', bytesMax: 1_000_000, damagedMax: 2 }, signal)
  const read = async (id = '') => (await objects.read(id)).kind
  expect([await read(ids[0]), await read(ids[1])]).toEqual(['damaged', 'damaged'])
  expect({ error: await codeOf(() => read(ids[2])) }).toEqual(LIMITS.gitDamaged.beyond)
})

/** The head of the object stays, which says how large it is. */
function cutShort(object: string): void {
  chmodSync(object, 0o644)
  truncateSync(object, 2000)
}

const entry = (path: string) => ({ path, mode: '100644', blob: 'b'.repeat(40) })
const commitOf = (id: string, parents: readonly string[], paths: readonly string[]): GitCommit => ({
  ...{ id, parents, at: 0, author: 'Ada' },
  changes: paths.map((path) => ({ before: undefined, after: entry(path) })),
})

test('changes on branches beyond the limit are told by the merge', async () => {
  const told = async (count: number) => {
    const paths = Array.from({ length: count }, (_, index) => `${index}.md`)
    const commits = [
      commitOf('first', [], []),
      commitOf('side', ['first'], paths),
      commitOf('merge', ['first', 'side'], paths),
    ]
    const steps = await all(straighten(inTurn(commits), new Set(['first', 'merge'])))
    return new Set(steps.flatMap(({ changes }) => changes.map(({ commit }) => commit.id)))
  }
  expect([...(await told(WAITING_CHANGES_MAX))]).toEqual(['side'])
  expect([...(await told(WAITING_CHANGES_MAX + 1))]).toEqual(['merge'])
}, 60_000)

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items
}

test('moves are looked for among no more files of a commit', async () => {
  const moved = async (count: number): Promise<number> => {
    using files = new TestRepository()
    const names = Array.from({ length: count }, (_, index) => `${index}.md`)
    for (const name of names) files.write(`old/${name}`, `this is the note called ${name}\n`.repeat(5))
    const before = files.commit('old')
    execFileSync('mv', [join(files.path, 'old'), join(files.path, 'new')])
    const id = files.commit('new')
    const repository = await openGitRepository(files.path, { temp: TEST_TEMP, signal })
    await using _repository = repository
    const blobs = new Map(
      files
        .git('ls-tree', '-r', id)
        .trim()
        .split('\n')
        .map((line) => [line.split('\t')[1]?.slice('new/'.length) ?? '', line.split(/\s/)[2] ?? '']),
    )
    const change = (folder: string, name: string) => ({
      path: `${folder}/${name}`,
      mode: '100644',
      blob: blobs.get(name) ?? '',
    })
    const changes = names.flatMap((name) => [
      { before: change('old', name), after: undefined },
      { before: undefined, after: change('new', name) },
    ])
    const options = { isWanted: () => true, holds: async () => true, found: new Map() }
    const commits = inTurn([{ id, parents: [before], at: 0, author: 'Ada', changes }])
    const [commit] = await all(followRenames(repository, commits, options, signal))
    return commit?.changes.filter((one) => one.before && one.after).length ?? 0
  }
  expect(await moved(COMPARED_MAX)).toBe(COMPARED_MAX)
  expect(await moved(COMPARED_MAX + 1)).toBe(0)
}, 60_000)
