import { compoundsIn } from '../text/compounds.ts'
import { terms } from '../text/terms.ts'

/** A term that an answer should hold. */
export interface AskedTerm {
  readonly term: string
  /** Where the question goes on with a particle ("back up"): the one word of both, and both as they stand in a text. */
  readonly compound: { readonly joined: string; readonly apart: RegExp } | undefined
}

/** Endings of the verb, and words that may stand between it and its particle: "backed it up". */
const ENDING = '(?:s|ed|ing)?'
const BETWEEN = '(?:\\s+[\\p{L}\\p{N}]+){0,2}\\s+'
/** What a verb says of a question that asks for it with a particle: "taken back" is hardly about backing up. */
const WITHOUT_PARTICLE = 0.2

/** The distinct terms of a question. */
export function askedTerms(question: string): readonly AskedTerm[] {
  const compounds = new Map(
    compoundsIn(question).map(({ verb, particle, joined }) => [
      terms(verb)[0],
      { joined: terms(joined)[0] ?? '', apart: apart(verb, particle) },
    ]),
  )
  return [...new Set(terms(question))].map((term) => ({ term, compound: compounds.get(term) }))
}

const apart = (verb: string, particle: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${verb}${ENDING}${BETWEEN}${particle}(?![\\p{L}\\p{N}])`, 'iu')

/** 0-1: how far a text says the term. */
export function degreeOf({ term, compound }: AskedTerm, text: string, own: ReadonlySet<string>): number {
  if (!compound) return Number(own.has(term))
  if (own.has(compound.joined) || compound.apart.test(text)) return 1
  return own.has(term) ? WITHOUT_PARTICLE : 0
}
