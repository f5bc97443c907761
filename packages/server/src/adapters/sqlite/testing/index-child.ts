/**
 * Writes into an index of words, makes segments and merges them until it is killed; prints what it begins. What is true
 * stands beside the index in the same transactions. Run by the test of crashes: `node index-child.ts <file> <seed>`.
 */
import { createSeeded, pick } from '../../../platform/store/testing.ts'
import { HEADS, type Part, REST } from '../lexical/part.ts'
import { IndexUnderTest, TINY } from '../lexical/testing.ts'
import { textOfVersion } from './index-texts.ts'

const [file = '', seed = '1'] = process.argv.slice(2)
const random = createSeeded(Number(seed))
const under = new IndexUnderTest(file, ['journal_mode = WAL', 'synchronous = FULL', 'page_size = 8192'])
const { database, texts } = under
under.open()
database.exec('CREATE TABLE IF NOT EXISTS truth (version INTEGER PRIMARY KEY, part INTEGER NOT NULL)')
let last = database.get<{ version: number | null }>('SELECT max(version) AS version FROM truth')?.version ?? 0

for (;;) {
  tell('write')
  database.transaction(() => {
    for (let change = 0; change < 12; change++) (random() < 0.7 ? create : random() < 0.8 ? move : purge)()
  })
  texts.committed()
  const rules = pick(random, [TINY, { ...TINY, joinRatio: 3 }])
  while (under.work(rules, tell));
}

function create(): void {
  const version = ++last
  const part = random() < 0.8 ? HEADS : REST
  texts.write(textOfVersion(version))
  texts.enter(part, version)
  database.run('INSERT INTO truth VALUES (?, ?)', version, part)
}

function move(): void {
  const known = drawVersion()
  if (!known) return
  const to = known.part === HEADS ? REST : HEADS
  texts.move(known.version, known.part, to)
  database.run('UPDATE truth SET part = ? WHERE version = ?', to, known.version)
}

function purge(): void {
  const known = drawVersion()
  if (!known) return
  texts.purge([known.version])
  database.run('DELETE FROM truth WHERE version = ?', known.version)
}

function drawVersion(): { version: number; part: Part } | undefined {
  return database.get('SELECT version, part FROM truth WHERE version >= ? LIMIT 1', 1 + Math.floor(random() * last))
}

function tell(phase: string): void {
  process.stdout.write(`${phase}\n`)
}
