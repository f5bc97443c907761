import { parseArgs } from 'node:util'

export const SECTIONS = ['floor', 'process', 'restart', 'http', 'batch', 'import', 'peers', 'stores'] as const
export type Section = (typeof SECTIONS)[number]

export interface BenchOptions {
  readonly documents: number
  readonly questions: number
  /** Questions whose answers are compared with brute force. */
  readonly recallQuestions: number
  /** Each latency is the median of so many rounds. */
  readonly rounds: number
  readonly sections: ReadonlySet<Section>
  readonly json: boolean
  /** The result goes into docs/reference/benchmarks.md as well. */
  readonly write: boolean
  readonly seed: number
  /** Folder in which other stores are installed and kept for the next run; a temporary one when absent. */
  readonly installed?: string
  /** Targets are about 100,000 documents. */
  readonly judges: boolean
}

export const USAGE = `npm run bench -- [section…] [--quick] [--json] [--write] [--documents <number>] [--seed <number>] [--installed <folder>]
Sections: ${SECTIONS.join(', ')}; all but peers and stores when none is named.
--quick measures 10,000 documents, without targets.
--write puts the result into docs/reference/benchmarks.md, which shows a whole run: every section
but peers and stores, 100,000 documents; with stores alone, the comparison into docs/reference/store-comparison.md.
--installed keeps the other stores there for the next run.`

const FULL = { documents: 100_000, questions: 200, recallQuestions: 100, rounds: 5 }
const QUICK = { documents: 10_000, questions: 100, recallQuestions: 50, rounds: 3 }

/** What a run measures when no section is named: the peers are others' programs, and change on their own. */
const WHOLE = SECTIONS.filter((name) => name !== 'peers' && name !== 'stores')

const isStores = (sections: ReadonlySet<Section>): boolean => sections.size === 1 && sections.has('stores')

/** What a page shows: everything but others' programs, or these alone. */
const isWhole = (sections: ReadonlySet<Section>, documents: number): boolean =>
  documents === FULL.documents && (isStores(sections) || WHOLE.every((name) => sections.has(name)))

/** @throws Error with the usage for what is not understood, and for a part that would be written as the whole. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      documents: { type: 'string' },
      seed: { type: 'string', default: '7' },
      installed: { type: 'string' },
    },
  })
  const sizes = values.quick ? QUICK : FULL
  const documents = values.documents === undefined ? sizes.documents : wholeNumber(values.documents)
  const named = positionals.map(sectionOf)
  const sections = new Set(named.length > 0 ? named : WHOLE)
  if (values.write && (values.quick || !isWhole(sections, documents)))
    throw new Error(`--write shows a whole run, and this one measures a part.\n${USAGE}`)
  return {
    ...sizes,
    documents,
    sections,
    json: values.json,
    write: values.write,
    seed: wholeNumber(values.seed),
    judges: documents >= 100_000,
    ...(values.installed !== undefined && { installed: values.installed }),
  }
}

function sectionOf(name: string): Section {
  const section = SECTIONS.find((known) => known === name)
  if (section === undefined) throw new Error(`There is no section ${JSON.stringify(name)}.\n${USAGE}`)
  return section
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${JSON.stringify(text)} is no whole number from 1.\n${USAGE}`)
  return value
}
