import { parseArgs } from 'node:util'
import { TARGETS, type Targets } from './targets.ts'

export const SECTIONS = [
  'floor',
  'process',
  'restart',
  'http',
  'batch',
  'import',
  'ledger',
  'policy',
  'gate',
  'drift',
  'mesh',
  'peers',
  'stores',
] as const
export type Section = (typeof SECTIONS)[number]

export interface BenchOptions {
  readonly documents: number
  readonly questions: number
  /** Questions whose answers are compared with brute force. */
  readonly recallQuestions: number
  /** Each latency is the median of so many rounds. */
  readonly rounds: number
  /** Entries of the log that proofs are made of. */
  readonly leaves: number
  readonly sections: ReadonlySet<Section>
  readonly json: boolean
  /** The result goes into docs/reference/benchmarks.md as well. */
  readonly write: boolean
  /** A record of the run goes into `artifacts/`, one for each part of the product. */
  readonly record: boolean
  readonly seed: number
  /** Folder in which other stores are installed and kept for the next run; a temporary one when absent. */
  readonly installed?: string
  /** What this number of documents must reach. */
  readonly targets: Targets
  /** Ends with an error unless every answer was exact; times are told and not judged. */
  readonly smoke: boolean
}

/** What is measured when no section is named; with a million, what the store's own size changes. */
const SMOKE_SECTIONS: readonly Section[] = ['process', 'restart', 'http', 'ledger']
const MILLION_SECTIONS: readonly Section[] = ['floor', 'process', 'restart', 'http']

export const USAGE = `npm run bench -- [section…] [--quick | --smoke | --million] [--json] [--write] [--record]
  [--documents <number>] [--seed <number>] [--installed <folder>]
Sections: ${SECTIONS.join(', ')}; all but peers and stores when none is named.
--quick measures 10,000 documents, without targets.
--smoke asks little of 100,000 documents, and ends with an error when an answer was not exact.
--million measures ${MILLION_SECTIONS.join(', ')} with 1,000,000 documents.
--write puts the result into docs/reference/benchmarks.md, which shows a whole run: every section
but peers and stores, 100,000 documents; with stores alone, the comparison into docs/reference/store-comparison.md.
--record keeps the samples in artifacts/, beside those of earlier runs that they are compared with.
--installed keeps the other stores there for the next run.`

const FULL = { documents: 100_000, questions: 200, recallQuestions: 100, rounds: 5, leaves: 1_000_000 }
const MILLION = { documents: 1_000_000, questions: 200, recallQuestions: 20, rounds: 3, leaves: 1_000_000 }
/** Enough to see that all of it works at the size the targets are about. */
const SMOKE = { documents: 100_000, questions: 50, recallQuestions: 20, rounds: 1, leaves: 50_000 }
const QUICK = { documents: 10_000, questions: 100, recallQuestions: 50, rounds: 3, leaves: 100_000 }

const SIZES = [
  { flag: 'quick', sizes: QUICK },
  { flag: 'smoke', sizes: SMOKE },
  { flag: 'million', sizes: MILLION },
] as const

/** What a run measures when no section is named: the peers are others' programs, and change on their own. */
const WHOLE = SECTIONS.filter((name) => name !== 'peers' && name !== 'stores')

const isStores = (sections: ReadonlySet<Section>): boolean => sections.size === 1 && sections.has('stores')

/** What a page shows: everything but others' programs, or these alone. */
const isWhole = (sections: ReadonlySet<Section>, documents: number): boolean =>
  documents === MILLION.documents
    ? MILLION_SECTIONS.every((name) => sections.has(name))
    : documents === FULL.documents && (isStores(sections) || WHOLE.every((name) => sections.has(name)))

/** @throws Error with the usage for what is not understood, and for a part that would be written as the whole. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      million: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      documents: { type: 'string' },
      seed: { type: 'string', default: '7' },
      installed: { type: 'string' },
    },
  })
  const sizes = SIZES.find(({ flag }) => values[flag])?.sizes ?? FULL
  const documents = values.documents === undefined ? sizes.documents : wholeNumber(values.documents)
  const named = positionals.map(sectionOf)
  const all = values.million ? MILLION_SECTIONS : values.smoke ? SMOKE_SECTIONS : WHOLE
  const sections = new Set(named.length > 0 ? named : all)
  if (values.write && (values.quick || values.smoke || !isWhole(sections, documents)))
    throw new Error(`--write shows a whole run, and this one measures a part.\n${USAGE}`)
  return {
    ...sizes,
    documents,
    sections,
    json: values.json,
    write: values.write,
    record: values.record,
    seed: wholeNumber(values.seed),
    targets: TARGETS.get(documents) ?? {},
    smoke: values.smoke,
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
