import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { BenchContext } from '../bench-context.ts'
import type { Document } from '../data/corpus.ts'
import { TOP } from '../data/truth.ts'
import { medianOf, quantilesOf, timeEach } from '../measure/quantiles.ts'

/** Pinned, so that a number can be repeated. */
const MINISEARCH = 'minisearch@7.2.0'

/** A store of texts that finds words, as small as a Node developer would have it. */
interface Peer {
  readonly name: string
  load(documents: readonly Document[]): void
  /** Contents of the best ten. */
  search(words: string): readonly string[]
  close(): void
}

/** The same documents and questions, words alone, in process, for what a user could take instead. */
export async function comparePeers(context: BenchContext): Promise<void> {
  const { report, corpus, options, folder } = context
  report.begin('Peers, words alone, in process')
  for (const peer of [openFts5(join(folder, 'fts5.db')), openMiniSearch(join(folder, 'peers'))]) {
    report.progress(`loading ${peer.name}`)
    const startedAt = performance.now()
    peer.load(corpus.documents)
    report.rate(`${peer.name}: load`, (corpus.documents.length / (performance.now() - startedAt)) * 1000, 'docs')
    for (const [what, text] of [
      ['3 words of a document', 'words'],
      ['12 words in a row', 'sentence'],
    ] as const) {
      const rounds = []
      for (let round = 0; round < options.rounds; round++) {
        rounds.push(quantilesOf(await timeEach(corpus.questions, async (question) => peer.search(question[text]))))
      }
      report.times(`${peer.name}: ${what}`, medianOf(rounds))
    }
    const found = corpus.questions.filter(({ words, about }) =>
      peer.search(words).includes(corpus.documents[about]!.content),
    )
    report.value(`${peer.name}: the document itself among the ten`, found.length / corpus.questions.length, '')
    peer.close()
  }
}

/** Plain glue around Node's own SQLite: a table, a full-text index of it, every word optional. */
function openFts5(file: string): Peer {
  const database = new DatabaseSync(file)
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE VIRTUAL TABLE documents USING fts5(content)`,
  )
  const insert = database.prepare('INSERT INTO documents (content) VALUES (?)')
  const select = database.prepare(
    `SELECT content FROM documents WHERE documents MATCH ? ORDER BY bm25(documents) LIMIT ${TOP}`,
  )
  return {
    name: 'node:sqlite FTS5',
    load: (documents) => {
      database.exec('BEGIN')
      for (const { content } of documents) insert.run(content)
      database.exec('COMMIT')
    },
    search: (words) => {
      const query = words.split(' ').map((word) => `"${word}"`)
      return select.all(query.join(' OR ')).map((row) => String(row.content))
    },
    close: () => database.close(),
  }
}

interface MiniSearchResult {
  readonly content: string
}
/** What is used of MiniSearch. */
interface MiniSearchIndex {
  addAll(documents: readonly { readonly id: number; readonly content: string }[]): void
  search(words: string): readonly MiniSearchResult[]
}
type MiniSearchClass = new (options: { readonly fields: string[]; readonly storeFields: string[] }) => MiniSearchIndex

/** Installed into a folder of its own when it is asked for: nothing of this repository needs it. */
function openMiniSearch(folder: string): Peer {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', MINISEARCH]
  const installed = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' })
  if (installed.status !== 0) throw new Error(`${MINISEARCH} could not be installed: ${installed.stderr}`)
  // The package is not there when types are checked; the interface above says what is used of it.
  const MiniSearch = createRequire(join(folder, 'package.json'))('minisearch') as MiniSearchClass
  const index = new MiniSearch({ fields: ['content'], storeFields: ['content'] })
  return {
    name: MINISEARCH,
    load: (documents) => index.addAll(documents.map(({ content }, id) => ({ id, content }))),
    search: (words) =>
      index
        .search(words)
        .slice(0, TOP)
        .map(({ content }) => content),
    close: () => undefined,
  }
}
