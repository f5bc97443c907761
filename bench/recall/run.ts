// `npm run recall`: how well search finds what answers a question. bench/README.md has the method and the formats.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { codeCollection } from './collections/code.ts'
import { documentsCollection } from './collections/documents.ts'
import type { Dataset } from './dataset.ts'
import { measureRecall, type Outcome } from './measure-recall.ts'
import { readDataset } from './read-dataset.ts'
import { type PageName, recallPage, tableOf } from './recall-page.ts'

const REFERENCE = join(import.meta.dirname, '../../docs/reference')
const COLLECTIONS: Readonly<Record<string, (folder: string) => Dataset>> = {
  documents: documentsCollection,
  code: codeCollection,
}
const USAGE = `npm run recall -- [<file.json>…] [documents] [code] [--model FOLDER] [--ablation] [--json] [--write]
A file holds conversations or documents with questions; documents and code are collections that are fetched.
--model reads a sentence model from a folder instead of the built-in table.
--ablation tells what each signal earns; with it --write puts the result into docs/reference/recall.md, or of a model into
docs/reference/recall-sentence-model.md.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    ablation: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
// The pages tell of every signal.
const isPart = values.write && !values.ablation
if (positionals.length === 0 || isPart) {
  if (isPart) process.stderr.write('--write needs --ablation.\n')
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}
const model = values.model === undefined ? undefined : resolve(values.model)
const folder = mkdtempSync(join(tmpdir(), 'cascade-recall-'))
const outcomes: Outcome[] = []
try {
  for (const [at, name] of positionals.entries()) {
    const own = join(folder, String(at))
    const collection = COLLECTIONS[name]
    const dataset = collection ? collection(mkdtempSync(join(folder, 'fetched-'))) : readDataset(name)
    const outcome = await measureRecall(dataset, own, { ablation: values.ablation, model })
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
if (values.write) {
  const page: PageName = model === undefined ? 'recall.md' : 'recall-sentence-model.md'
  writeFileSync(join(REFERENCE, page), recallPage(page, outcomes, new Date()))
}
