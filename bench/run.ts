// `npm run bench`: what is claimed about speed, measured on this machine. bench/README.md has the method.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeBundle } from '../tools/build-bundle.ts'
import { ROOT } from '../tools/node-runtime.mjs'
import type { BenchContext } from './bench-context.ts'
import { Corpus } from './data/corpus.ts'
import { findTruth } from './data/truth.ts'
import { handOver } from './hand-over.ts'
import { parseOptions } from './options.ts'
import { comparePeers } from './peers/compare.ts'
import { openRecords } from './record-run.ts'
import { Report } from './report.ts'
import { measureBatch } from './sections/batch.ts'
import { measureDrift } from './sections/drift.ts'
import { measureFloor } from './sections/floor.ts'
import { measureGate } from './sections/gate.ts'
import { measureHttp } from './sections/http.ts'
import { measureImport } from './sections/import.ts'
import { measureLedger } from './sections/ledger.ts'
import { measureMesh } from './sections/mesh.ts'
import { measurePolicy } from './sections/policy.ts'
import { measureCreatesInProcess, measureInProcess } from './sections/process.ts'
import { measureRestart } from './sections/restart.ts'
import { compareStores } from './stores/compare.ts'

const REFERENCE = join(import.meta.dirname, '../docs/reference')
const startedAt = performance.now()
const options = parseOptions(process.argv.slice(2))
// A run takes long: what cannot be recorded is refused before it.
const record = options.record ? openRecords(options.sections) : undefined
const report = new Report({ quiet: options.json, targets: options.targets })
const folder = mkdtempSync(join(tmpdir(), 'cascade-bench-'))
// What instances keep outside of their data folders goes with the measurement.
process.env.XDG_STATE_HOME = join(folder, 'state')
// Servers end with this process; the folder stays unless it is removed here.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(130)
  })
}
try {
  // Servers are started as a person starts them; what was edited a moment ago would run from its sources.
  await makeBundle(ROOT)
  report.progress(`making ${options.documents} documents and the true answers`)
  const corpus = new Corpus(options.seed, options.documents, options.questions)
  const context: BenchContext = { options, report, corpus, folder, truth: findTruth(corpus, options.recallQuestions) }
  await measureAll(context)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const seconds = Math.round((performance.now() - startedAt) / 1000)
const date = new Date()
const progress = (text: string): void => report.progress(text)
const print = (text: string): void => void process.stdout.write(text)
handOver({ date, seconds, options, rows: report.rows }, { reference: REFERENCE, record, print, progress })

if (options.smoke && report.rows.some(({ name, numbers }) => name.includes('recall@') && numbers.value !== 1)) {
  process.stderr.write('An answer was not exact: see the rows of recall above.\n')
  process.exitCode = 1
}

async function measureAll(context: BenchContext): Promise<void> {
  const { sections } = context.options
  const store = join(context.folder, 'store')
  if (sections.has('floor')) await measureFloor(context)
  if (sections.has('process') || sections.has('restart') || sections.has('http') || sections.has('gate')) {
    const loaded = await measureInProcess(context, store, sections.has('process'))
    if (sections.has('restart')) await measureRestart(context, store)
    if (sections.has('http')) await measureHttp(context, store, loaded)
    if (sections.has('process')) await measureCreatesInProcess(context, store)
    if (sections.has('gate')) await measureGate(context, store, loaded)
  }
  if (sections.has('batch')) await measureBatch(context, join(context.folder, 'batch'))
  if (sections.has('import')) await measureImport(context, join(context.folder, 'import'))
  if (sections.has('ledger')) await measureLedger(context, join(context.folder, 'ledger'))
  if (sections.has('policy')) await measurePolicy(context)
  if (sections.has('drift')) await measureDrift(context)
  if (sections.has('mesh')) await measureMesh(context)
  if (sections.has('peers')) await comparePeers(context)
  if (sections.has('stores')) await compareStores(context)
}
