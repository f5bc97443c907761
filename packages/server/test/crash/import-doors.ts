import { cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chatgptConversation, claudeConversation, zipOf } from '../../src/adapters/sources/testing/chat-exports.ts'
import { exportTo, RandomCapsules } from '../../src/domain/capsules/export/testing.ts'
import { longDocument, openImportWorld, type TestRepository } from '../../src/domain/capsules/import/testing.ts'
import { createSeeded } from '../../src/platform/store/testing.ts'
import { writeEveryKind } from '../import-kinds-folder.ts'
import type { Leg } from './import-legs.ts'

/** One source of each kind, made from code below `root`, as imports that nothing cuts off; with `size` all grow. */
export async function makeDoors(root: string, size: number, repository: TestRepository): Promise<readonly Leg[]> {
  const at = (name: string): string => join(root, name)
  const write = (name: string, content: string | Uint8Array): void => writeOld(at(name), content)
  writeEveryKind(at('every-kind'))
  // A mebibyte of text takes as long as all other files together: that is for the campaign.
  if (size === 1) rmSync(at('every-kind/text-hostile/as-much-as-fits.txt'))
  writeVault(at('vault'), 66 * size)
  write('chatgpt.zip', zipOf({ 'export/conversations.json': JSON.stringify(chatgpt(9 * size)) }))
  write('claude/conversations-000.json', JSON.stringify(claude('a', 6 * size)))
  write('claude/conversations-001.json', JSON.stringify(claude('b', 3 * size)))
  write('talk.txt', transcript(70 * size))
  write('memories.json', JSON.stringify({ results: memories(75 * size) }))
  write('lines.ndjson', lines(75 * size))
  growHistory(repository, 28 * size)
  await exportHistory(repository.path, at('exported'), 30 * size)
  return [
    { name: 'a folder of every kind of file', kind: 'folder', path: at('every-kind'), deaths: [] },
    { name: 'a vault', kind: 'obsidian', path: at('vault'), deaths: [] },
    { name: 'an export of ChatGPT', kind: 'chatgpt', path: at('chatgpt.zip'), deaths: [] },
    { name: 'an export of Claude', kind: 'claude', path: at('claude'), deaths: [] },
    { name: 'a transcript', kind: 'transcript', path: at('talk.txt'), deaths: [] },
    { name: 'a list in JSON', kind: 'json', path: at('memories.json'), deaths: [] },
    { name: 'lines of NDJSON', kind: 'ndjson', path: at('lines.ndjson'), deaths: [] },
    { name: 'a repository', kind: 'git', path: repository.path, deaths: [] },
    { name: 'an export of another instance', kind: 'cascade', path: at('exported'), deaths: [] },
  ]
}

const MODIFIED_AT = new Date('2025-06-01T12:00:00Z')

function writeOld(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  utimesSync(path, MODIFIED_AT, MODIFIED_AT)
}

/** Notes that link to each other, to nothing, to several, and to a file that is left out. */
function writeVault(folder: string, notes: number): void {
  mkdirSync(join(folder, '.obsidian'), { recursive: true })
  for (let n = 0; n < notes; n++) {
    const links = [`[[note ${(n * 7 + 3) % notes}]]`, `[to](<note ${(n + 1) % notes}.md>)`, '[[nobody]]', '[[twin]]']
    const head = `---\naliases: [alias ${n}]\ntags: [given]\n---\n`
    const text = n % 9 === 0 ? longDocument(`Note ${n}`, ['One', 'Two']) : `# Note ${n}\n\n#tag/${n % 3}`
    writeOld(
      join(folder, `note ${n}.md`),
      `${head}${text}\n\n${links.join(' and ')} and [[alias ${(n + 5) % notes}]]\n`,
    )
  }
  for (const path of ['x/twin.md', 'y/twin.md']) writeOld(join(folder, path), `in ${path}`)
  writeOld(join(folder, 'binary.md'), '\0')
  writeOld(join(folder, 'picture.png'), '[[note 1]]')
}

/** Some of what tools say is long: the export is read on a thread of its own. */
const chatgpt = (conversations: number) =>
  Array.from({ length: conversations }, (_, n) =>
    chatgptConversation(
      `c${n}`,
      Array.from({ length: 9 }, (_, turn) =>
        turn === 4
          ? { role: 'tool', text: 'page '.repeat(12_000) }
          : { text: `Turn ${turn} of talk ${n}: ${words(n + turn)}` },
      ),
    ),
  )

const claude = (part: string, conversations: number) =>
  Array.from({ length: conversations }, (_, n) =>
    claudeConversation(
      `${part}${n}`,
      Array.from({ length: 8 }, (_, turn) =>
        turn % 4 === 3 ? 'Yes.' : `Turn ${turn} of ${part}${n}: ${words(n * turn)}`,
      ),
    ),
  )

const transcript = (turns: number): string =>
  Array.from(
    { length: turns },
    (_, n) =>
      `[2025-05-${String(1 + (n % 28)).padStart(2, '0')} 10:${String(n % 60).padStart(2, '0')}] ${n % 2 ? 'Ada' : 'Bob'}: ${n % 10 === 0 ? 'Yes.' : `Line ${n}, ${words(n)}`}\nand a second line\n`,
  ).join('')

/** As mem0 gives them out, with some that are no records. */
const memories = (count: number): unknown[] =>
  Array.from({ length: count }, (_, n) =>
    n % 20 === 7
      ? { nothing: n }
      : {
          id: `m${n}`,
          memory: `Memory ${n % 30 === 9 ? 9 : n}: ${words(n % 30 === 9 ? 9 : n)}`,
          created_at: '2025-05-01T00:00:00Z',
          score: n,
        },
  )

/** Capsules, with some lines that are none, some that are there twice or say the same, and one that is no UTF-8. */
function lines(count: number): Buffer {
  const all = Array.from({ length: count }, (_, n) => {
    if (n % 20 === 7) return '{"content":'
    const said = n % 30 === 9 ? 9 : n
    return JSON.stringify({
      content: `Line ${said}: ${words(said)}`,
      type: 'knowledge',
      tags: n % 60 === 39 ? ['said again'] : ['line'],
      valid_from: '2025-05-01T00:00:00Z',
    })
  })
  return Buffer.concat([Buffer.from(`${all.join('\n')}\n`), Buffer.from([0xff, 0x0a])])
}

const words = (seed: number): string =>
  Array.from({ length: 30 }, (_, at) => `w${(seed * 31 + at * 17) % 997}`).join(' ')

/** Files that change, move on, go and come back, so that a step done twice or left out shows. */
function growHistory(repository: TestRepository, commits: number): void {
  for (let n = 0; n < commits; n++) {
    repository.write(`note-${n}.md`, `# Note ${n}\n\n${`words of note ${n} `.repeat(20)}`)
    repository.write('log.md', longDocument('Log', [`Entry ${n}`, `Entry ${n - 1}`]))
    if (n > 3 && n % 3 === 0 && n % 5 !== 2)
      renameSync(join(repository.path, `note-${n - 1}.md`), join(repository.path, `moved-${n - 1}.md`))
    if (n > 6 && n % 5 === 1) repository.remove(`note-${n}.md`)
    if (n > 10 && n % 4 === 1) repository.write('log.md', `short at ${n}`)
    repository.commit(`commit ${n}`, `Author${n % 3}`)
  }
}

/**
 * An instance with a history and a lineage, exported as the command line does it. Its documents are of a folder of their
 * own: those of a repository that is imported as well would be the same documents.
 */
async function exportHistory(repository: string, folder: string, operations: number): Promise<void> {
  const origin = await openImportWorld()
  cpSync(repository, `${folder}-origin`, { recursive: true })
  await origin.run(`${folder}-origin`)
  await new RandomCapsules(origin, createSeeded(11)).grow(operations)
  await exportTo(origin, folder)
  await origin.imports[Symbol.asyncDispose]()
}
