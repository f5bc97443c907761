import type { PassageTerms, Spellings } from '#capsules'
import { QUESTION_MARK, SENTENCE_MARK, TERM_MIN, visitTerms } from '../../domain/capsules/rules/index.ts'
import type { VersionRow } from './memory-state.ts'

/** Numbers of terms, the same for all stores of this process. */
const numbers = new Map<string, number>()
const spelled: string[] = []
/** Versions never change, so what they say is read once. */
const streams = new WeakMap<VersionRow, PassageTerms>()

export const findTerm = (term: string): number | undefined => numbers.get(term)
export const spellings: Spellings = { of: (number) => spelled[number] }

/** What a version says as numbers of terms. */
export function streamOf(version: VersionRow): PassageTerms {
  const known = streams.get(version)
  if (known) return known
  const { title, tags, content } = version
  const stream = { title: encode(title ?? ''), tags: encode(tags.join('\n\n')), content: encode(content) }
  streams.set(version, stream)
  return stream
}

function encode(text: string): Uint32Array {
  const stream: number[] = []
  visitTerms(text, {
    term: ({ stemmed, plain }) => stream.push(numberOf(stemmed, plain)),
    functionWord: () => undefined,
    sentenceEnd: (isQuestion) => stream.push(isQuestion ? QUESTION_MARK : SENTENCE_MARK),
  })
  return Uint32Array.from(stream)
}

function numberOf(term: string, spelling: string): number {
  const known = numbers.get(term)
  if (known !== undefined) return known
  const number = TERM_MIN + numbers.size
  numbers.set(term, number)
  spelled[number] = spelling
  return number
}
