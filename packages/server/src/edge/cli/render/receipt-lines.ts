import type { AnswerOf } from '@forge-cascade/contract'
import { oneLine, shorten } from './text.ts'
import type { View } from './view.ts'
import { plural, trustWords } from './words.ts'

const OUTCOMES = { created: 'Remembered', existing: 'Known already', updated: 'Updated' } as const

/** What became of a new capsule, and what it nearly repeats. */
export function receiptLines(capsule: AnswerOf<'createCapsule'>, view: View): string[] {
  const { paint, command, width } = view
  const { receipt } = capsule
  const title = capsule.title === null ? '' : `: ${oneLine(capsule.title)}`
  return [
    shorten(`${OUTCOMES[receipt.outcome]}${title}`, width),
    `  ${paint.strong(`${capsule.id}@${capsule.version}`)}`,
    `  ${capsule.type} · ${trustWords(capsule.effective_trust, paint)}`,
    ...nearLines(receipt.near_duplicates, view),
    `  ${paint.faint(command(`show ${capsule.id}`))}`,
  ]
}

function nearLines(near: AnswerOf<'createCapsule'>['receipt']['near_duplicates'], { paint }: View): string[] {
  if (near.length === 0) return []
  return [
    paint.warn(`  It nearly repeats ${plural(near.length, 'capsule')}:`),
    ...near.map(({ id, similarity }) => `    ${id}  ${Math.round(similarity * 100)} % alike`),
  ]
}
