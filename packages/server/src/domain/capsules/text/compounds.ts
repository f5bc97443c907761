import { isStopWord } from './stop-words.ts'

/** A verb with its particle: "back up". */
export interface Compound {
  readonly verb: string
  readonly particle: string
  /** Both as one word, as texts write them as well: "backup". */
  readonly joined: string
}

const COMPOUND = /(?<![\p{L}\p{N}])(\p{L}{2,12})[ -](up|out|off|down|in|over)(?![\p{L}\p{N}])/giu

/** The verbs of a question that stand with a particle, in its order. */
export const compoundsIn = (text: string): readonly Compound[] =>
  Array.from(text.matchAll(COMPOUND), ([, verb = '', particle = '']) => ({
    verb,
    particle,
    joined: verb + particle,
  })).filter(({ verb }) => !isStopWord(verb.toLowerCase()))
