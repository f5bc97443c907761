import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock } from '#base'
import { openStaticEmbedder } from '../../../../adapters/models/index.ts'
import { openSqliteStore } from '../../../../adapters/sqlite/index.ts'
import { createSeeded } from '../../../../platform/store/testing.ts'
import { IMPORT_TEST_COLLECTIONS, openImportWorld, TestFolder } from '../testing.ts'

/**
 * Notes imported per second: Markdown of about 3 KB with headings, into the embedded store, with words and built-in
 * vectors. By hand: `node --conditions=source packages/server/src/domain/capsules/import/testing/import.bench.ts [notes]`.
 */
const NOTES = Number(process.argv[2] ?? 2000)
const WORDS = Array.from(
  { length: 4000 },
  (_, n) => `${'bcdfghklmnprst'[n % 14]}${'aeiou'[n % 5]}${'lmnrst'[n % 6]}${(n * 7919).toString(36)}`,
)

const random = createSeeded(7)
const words = (count: number): string =>
  Array.from({ length: count }, () => WORDS[Math.floor(random() ** 2 * WORDS.length)]).join(' ')

const note = (n: number): string =>
  `---\ntags: [bench, t${n % 20}]\n---\n# Note ${n}\n\n${['Purpose', 'Details', 'Outcome'].map((name) => `## ${name}\n\n${words(75)}.\n\n${words(60)}.`).join('\n\n')}\n`

using folder = new TestFolder()
let bytes = 0
for (let n = 0; n < NOTES; n++) {
  const text = note(n)
  bytes += Buffer.byteLength(text)
  folder.write(`d${n % 40}/note-${n}.md`, text)
}
const directory = mkdtempSync(join(tmpdir(), 'cascade-bench-'))
try {
  await using store = await openSqliteStore({ directory, collections: IMPORT_TEST_COLLECTIONS, clock: systemClock })
  await using embedder = openStaticEmbedder()
  const world = await openImportWorld({ store, embedder })
  const lag = monitorEventLoopDelay({ resolution: 1 })
  for (const round of ['first', 'again']) {
    lag.reset()
    lag.enable()
    const begun = performance.now()
    const job = await world.run(folder.path)
    const seconds = (performance.now() - begun) / 1000
    lag.disable()
    const counts = await store.capsules.counts()
    const rate = Math.round(NOTES / seconds)
    console.log(
      `${round}: ${NOTES} notes (${Math.round(bytes / NOTES)} bytes each) in ${seconds.toFixed(2)} s = ${rate} notes/s; ` +
        `${job.imported} imported, ${job.unchanged} unchanged, ${counts.capsules} capsules; lag p99 ${(lag.percentile(99) / 1e6).toFixed(1)} ms, max ${(lag.max / 1e6).toFixed(0)} ms`,
    )
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}
