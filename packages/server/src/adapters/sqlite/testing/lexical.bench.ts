// The index of words alone, by hand: node testing/lexical.bench.ts [documents]. Writes documents of about 60 words of a Zipf
// vocabulary with topics as the writer does, makes and merges segments, and prints what writing, building, opening and
// searching take: sums in processor time, single questions by the clock, in milliseconds.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { queryTerms } from '../../../domain/capsules/rules/index.ts'
import { createSeeded } from '../../../platform/store/testing.ts'
import { Database } from '../database.ts'
import { LexicalIndex } from '../lexical/lexical-index.ts'
import { HEADS } from '../lexical/part.ts'
import { BUSY, IDLE } from '../lexical/plan-work.ts'
import { searchTerms } from '../lexical/search-terms.ts'
import { IndexUnderTest } from '../lexical/testing.ts'
import { TOPICS, ZipfLanguage } from './zipf-language.ts'

const DOCUMENTS = Number(process.argv[2] ?? 100_000)
const WORDS = 60
const BATCH = 2000
const QUERIES = 400
const LIMIT = 50

const random = createSeeded(7)
const language = new ZipfLanguage(random)
const folder = mkdtempSync(join(tmpdir(), 'cascade-lexical-'))
const file = join(folder, 'index.db')

const texts = load()
const index = open()
measure(
  '3 words of a document, rare ones',
  texts.map((text) => language.rarest(text, 3)),
  index,
)
measure(
  '3 words of a document, any',
  texts.map((text) => text.split(' ').slice(0, 3).join(' ')),
  index,
)
measure(
  '6 words of a document, any',
  texts.map((text) => text.split(' ').slice(3, 9).join(' ')),
  index,
)
measure(
  '12 words as they come',
  texts.map((text) => text.split(' ').slice(10, 22).join(' ')),
  index,
)
measure(
  '1 common word',
  texts.map((_, at) => language.word(at % 20)),
  index,
)
for (const share of [2, 20, 333]) {
  measure(
    `3 rare words, 1 of ${share} passes`,
    texts.map((text) => language.rarest(text, 3)),
    index,
    (capsule) => capsule % share === 0,
  )
  measure(
    `12 words, 1 of ${share} passes`,
    texts.map((text) => text.split(' ').slice(10, 22).join(' ')),
    index,
    (capsule) => capsule % share === 0,
  )
}
print('file', `${(statSync(file).size / 1e6).toFixed(0)} MB`)
print(
  'heap',
  `${(process.memoryUsage().heapUsed / 1e6).toFixed(0)} MB, arrays ${(process.memoryUsage().arrayBuffers / 1e6).toFixed(0)} MB`,
)
rmSync(folder, { recursive: true })

/** Writes, and makes segments between the batches as the threads do beside them; some of the texts. */
function load(): string[] {
  const under = new IndexUnderTest(file, [
    'journal_mode = WAL',
    'synchronous = OFF',
    'page_size = 8192',
    'cache_size = -96000',
  ])
  const kept: string[] = []
  let [writing, working] = [0, 0]
  for (let from = 0; from < DOCUMENTS; from += BATCH) {
    const batch = Array.from({ length: BATCH }, () => language.write(Math.floor(random() * TOPICS), WORDS))
    kept.push(...batch.slice(0, Math.ceil((QUERIES * BATCH) / DOCUMENTS)))
    writing += timed(() => {
      under.database.exec('BEGIN')
      for (const [offset, content] of batch.entries()) {
        const version = from + offset + 1
        under.texts.write({ version, capsule: version, title: null, tags: [`tag${version % 20}`], content })
        under.texts.enter(HEADS, version)
      }
      under.database.exec('COMMIT')
    })
    working += timed(() => {
      while (under.work(BUSY));
    })
  }
  print('written', `${((writing * 1000) / DOCUMENTS).toFixed(1)} µs a document`)
  print('made into segments and merged meanwhile', `${((working * 1000) / DOCUMENTS).toFixed(1)} µs a document`)
  print(
    'merged in an idle moment',
    `${timed(() => {
      while (under.work(IDLE));
    }).toFixed(0)} ms`,
  )
  print(
    'pages of postings',
    `${(under.database.get<{ n: number }>('SELECT sum(length(body)) AS n FROM lexical_pages WHERE key / 1048576 IN (SELECT key FROM lexical_segments)')!.n / 1e6).toFixed(1)} MB`,
  )
  print(
    'streams',
    `${(under.database.get<{ n: number }>('SELECT sum(length(stream)) AS n FROM term_streams')!.n / 1e6).toFixed(1)} MB`,
  )
  under.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  under.database.close()
  return kept.slice(0, QUERIES)
}

function open(): { database: Database; index: LexicalIndex } {
  const database = new Database(file, { readOnly: true, pragmas: ['mmap_size = 2147418112', 'cache_size = -48000'] })
  const opened = new LexicalIndex(database)
  print(
    'opened',
    `${timed(() => database.snapshot(() => opened.refresh())).toFixed(1)} ms, ${opened.part(HEADS).segments.length} segments`,
  )
  return { database, index: opened }
}

function measure(
  name: string,
  questions: readonly string[],
  { database, index }: ReturnType<typeof open>,
  admits: (capsule: number) => boolean = () => true,
): void {
  const ask = (question: string): unknown =>
    database.snapshot(() => {
      index.refresh()
      const terms = queryTerms(question).flatMap((term) => index.lexicon.find(term) ?? [])
      return searchTerms(index, { terms, parts: [HEADS], limit: LIMIT, admits })
    })
  const cold = questions.map((question) => elapsed(() => ask(question))).sort((a, b) => a - b)
  const warm = questions.map((question) => elapsed(() => ask(question))).sort((a, b) => a - b)
  const mean = timed(() => questions.forEach(ask)) / questions.length
  print(name, `first ${quantiles(cold)}   again ${quantiles(warm)}   CPU ${mean.toFixed(2)}`)
}

function quantiles(sorted: readonly number[]): string {
  return `p50 ${sorted[Math.floor(sorted.length / 2)]!.toFixed(3)} p95 ${sorted[Math.floor(sorted.length * 0.95)]!.toFixed(3)}`
}

/** Milliseconds on the clock: for what is shorter than the turn that a thread gets. */
function elapsed(run: () => unknown): number {
  const begun = performance.now()
  run()
  return performance.now() - begun
}

/** Milliseconds of processor time: beside other work the clock on the wall says nothing. */
function timed(run: () => unknown): number {
  const begun = process.threadCpuUsage()
  run()
  const { user, system } = process.threadCpuUsage(begun)
  return (user + system) / 1000
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(44)} ${value}\n`)
}
