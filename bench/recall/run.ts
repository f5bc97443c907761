// `npm run recall`: how well search finds what answers a question. bench/README.md has the method and the formats.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { codeCollection } from './collections/code.ts'
import { documentsCollection } from './collections/documents.ts'
import type { Dataset } from './dataset.ts'
import { measureRecall, type Outcome } from './measure-recall.ts'
import { readDataset } from './read-dataset.ts'
import { recallPage, tableOf } from './recall-page.ts'

const PAGE = join(import.meta.dirname, '../../docs/reference/recall.md')
const COLLECTIONS: Readonly<Record<string, (folder: string) => Dataset>> = {
  documents: documentsCollection,
  code: codeCollection,
}
const USAGE = `npm run recall -- [<file.json>…] [documents] [code] [--model FOLDER] [--ablation] [--json] [--write]
A file holds conversations or documents with questions; documents and code are collections that are fetched.
--model reads a sentence model from a folder instead of the built-in table.
--ablation tells what each signal earns; with it --write puts the result into docs/reference/recall.md.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    ablation: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
// The page tells of the default settings and of every signal.
const isPart = values.write && (!values.ablation || values.model !== undefined)
if (positionals.length === 0 || isPart) {
  if (isPart) process.stderr.write('--write shows the built-in table with --ablation, and no other model.\n')
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'cascade-recall-'))
const outcomes: Outcome[] = []
try {
  for (const [at, name] of positionals.entries()) {
    const own = join(folder, String(at))
    const collection = COLLECTIONS[name]
    const dataset = collection ? collection(mkdtempSync(join(folder, 'fetched-'))) : readDataset(name)
    const outcome = await measureRecall(dataset, own, { ablation: values.ablation, model: values.model })
    outcomes.push(outcome)
    if (!values.json)
      process.stdout.write(
        `${tableOf(outcome)}\nA search takes ${outcome.searchMs.toFixed(1)} ms in the middle, in process.\n\n`,
      )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (values.json) process.stdout.write(`${JSON.stringify(outcomes)}\n`)
if (values.write) writeFileSync(PAGE, recallPage(outcomes, new Date()))
