import { parseArgs } from 'node:util'

export const SECTIONS = ['floor', 'process', 'restart', 'http', 'batch', 'import', 'peers'] as const
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
  /** Targets are about 100,000 documents. */
  readonly judges: boolean
}

export const USAGE = `npm run bench -- [section…] [--quick] [--json] [--write] [--documents <number>] [--seed <number>]
Sections: ${SECTIONS.join(', ')}; all but peers when none is named.
--quick measures 10,000 documents, without targets.
--write puts the result into docs/reference/benchmarks.md, which shows a whole run: every section but peers, 100,000 documents.`

const FULL = { documents: 100_000, questions: 200, recallQuestions: 100, rounds: 5 }
const QUICK = { documents: 10_000, questions: 100, recallQuestions: 50, rounds: 3 }

/** What a run measures when no section is named: the peers are others' programs, and change on their own. */
const WHOLE = SECTIONS.filter((name) => name !== 'peers')

const isWhole = (sections: ReadonlySet<Section>, documents: number): boolean =>
  documents === FULL.documents && WHOLE.every((name) => sections.has(name))

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
