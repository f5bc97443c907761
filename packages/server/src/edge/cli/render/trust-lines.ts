import type { AnswerOf, SubjectTrustAnswer } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf } from './words.ts'

type CapsuleTrust = AnswerOf<'getTrust'>

/** Trust of a subject, with each piece of evidence, for people. */
export const subjectTrustLines = (
  { name, id, explanation, recomputed, history }: SubjectTrustAnswer,
  { paint }: View,
): string[] => [
  `${paint.strong(oneLine(name))}  ${paint.faint(id)}`,
  `  ${explanation}`,
  ...history.map(({ at, old, new: score, kind, reason, by, by_name, note }) => {
    const why = reason === kind ? kind : `${kind}: ${reason.replaceAll('_', ' ')}`
    return `  ${minuteOf(at)}  ${changeOf(old, score)}  ${why}, by ${oneLine(by_name ?? by)}${saidOf(note)}`
  }),
  recomputed.same === null
    ? paint.faint('  the log tells too little to work it out')
    : recomputed.same
      ? paint.good('  worked out of the log alone: the same')
      : paint.bad(`  worked out of the log alone: ${recomputed.trust}, which is not what is stored`),
]

/** Trust of a capsule, with each change, for people. */
export const capsuleTrustLines = (
  { id, explanation, limited_by, history }: CapsuleTrust,
  { paint }: View,
): string[] => [
  paint.strong(id),
  `  ${explanation}`,
  ...limited_by.map((parent) => `  held down by ${parent.id}, of effective trust ${parent.effective_trust}`),
  ...history.map(
    ({ at, old, new: score, what, reason, actor }) =>
      `  ${minuteOf(at)}  ${changeOf(old, score)}  ${what}, by ${actor}${saidOf(reason)}`,
  ),
]

const changeOf = (old: number, score: number): string => (old === score ? `stays ${score}` : `${old} to ${score}`)

const saidOf = (text: string | null): string => (text === null || text === '' ? '' : `: ${oneLine(text)}`)
