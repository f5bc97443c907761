import type { Erasure, LegalHold } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { dateOf, minuteOf, number, plural } from './words.ts'

/** Capsules by others that are named one by one. */
const STAYS_SHOWN = 10

/** A capsule that would go, by its title; null for one without, undefined for one that cannot be read now. */
export interface ToGo {
  readonly id: string
  readonly title: string | null | undefined
}

/** What an erasure would do. @param toGo the first of the capsules that would go. */
export function planLines(erasure: Erasure, toGo: readonly ToGo[], { paint, command }: View): string[] {
  const head = `Would erase ${whatGoes(erasure)}. Nothing was erased.`
  const lines = [head, ...goesLines(erasure, toGo)]
  if (erasure.holds.length > 0)
    return [
      ...lines,
      paint.bad(`A legal hold forbids it: ${erasure.holds.join(', ')}`),
      paint.faint(command('hold list')),
    ]
  const stays = erasure.stays.length > 0 ? staysLines(erasure) : ['No capsule by others was made of it.']
  return [...lines, ...stays, paint.faint('To do it: the same command with --yes. Nothing undoes it.')]
}

/** The receipt of an erasure. */
export function erasureLines(erasure: Erasure, { paint }: View): string[] {
  const isDone = erasure.state === 'completed'
  return [
    `${isDone ? 'Erased' : 'Is erasing'} ${whatGoes(erasure)}, on the ground of ${erasure.legal_basis}.`,
    `  ${paint.strong(erasure.id ?? '')}${erasure.completed_at === null ? '' : `  ${minuteOf(erasure.completed_at)}`}`,
    ...erasure.places.map(({ place, outcome, detail }) => `  ${place}: ${outcome}; ${oneLine(detail)}`),
    ...staysLines(erasure),
    ...erasure.outside.map((text) => paint.faint(`  not reached: ${text}`)),
    ...(erasure.certificate === null ? [] : [`Certificate: ${erasure.certificate}`]),
    ...(erasure.certificate_sha256 === null ? [] : [paint.faint(`sha256 ${erasure.certificate_sha256}`)]),
  ]
}

/** One erasure in a list. */
export const erasureRowLines = (erasure: Erasure): string[] => [
  `${erasure.id ?? ''}  ${erasure.begun_at === null ? '' : dateOf(erasure.begun_at)}  ${erasure.state}  ${whatGoes(erasure)}  ${erasure.legal_basis}`,
]

/** A legal hold. */
export function holdLines(hold: LegalHold, { paint }: View): string[] {
  const by = hold.placed_by_name ?? hold.placed_by
  return [
    `${paint.strong(hold.id)}  ${hold.state}  ${targetWords(hold)}`,
    `  ${by}, ${minuteOf(hold.placed_at)}: ${oneLine(hold.reason)}`,
    ...(hold.lifted === null ? [] : [`  lifted ${minuteOf(hold.lifted.at)}: ${oneLine(hold.lifted.reason)}`]),
  ]
}

const whatGoes = ({ capsules, chunks, versions }: Erasure): string =>
  [plural(capsules, 'capsule'), ...(chunks > 0 ? [plural(chunks, 'chunk')] : []), plural(versions, 'version')].join(
    ', ',
  )

function goesLines({ capsules }: Erasure, toGo: readonly ToGo[]): string[] {
  const more = capsules - toGo.length
  return [
    ...toGo.map(({ id, title }) => `  ${id}  ${titleWords(title)}`),
    ...(toGo.length > 0 && more > 0 ? [`  and ${number(more)} more`] : []),
  ]
}

function titleWords(title: ToGo['title']): string {
  if (title === undefined) return '(cannot be read now)'
  return title === null ? '(without a title)' : oneLine(title)
}

function staysLines({ stays }: Erasure): string[] {
  if (stays.length === 0) return []
  const more = stays.length - STAYS_SHOWN
  return [
    `${plural(stays.length, 'capsule')} made of it by others ${stays.length === 1 ? 'stays' : 'stay'}:`,
    ...stays.slice(0, STAYS_SHOWN).map(({ id, derived_from }) => `  ${id}  derived from ${derived_from}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

function targetWords({ target }: LegalHold): string {
  if (target.kind === 'capsule') return `capsule ${target.capsule}`
  if (target.kind === 'subject') return `subject ${oneLine(target.subject)}`
  const { kind: _, ...scope } = target
  return Object.entries(scope)
    .map(([name, value]) => `${name} ${oneLine(value)}`)
    .join(', ')
}
