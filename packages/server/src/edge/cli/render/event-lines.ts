import type { CloudEvent, EventPage } from '@forge-cascade/contract'
import { oneLine, shorten } from './text.ts'
import type { View } from './view.ts'

/** Longest text of what an event says, in characters: a line stays one line. */
const DATA_LENGTH = 100
const TYPE_WIDTH = 32

/** One line an event: when, what, about what, by whom, at which place. */
export function eventLine({ time, type, subject, actor, sequence, data }: CloudEvent, { paint }: View): string {
  const { id: _id, ...said } = data
  const text = Object.keys(said).length === 0 ? '' : `  ${shorten(oneLine(JSON.stringify(said)), DATA_LENGTH)}`
  return `${paint.faint(time)}  ${paint.strong(oneLine(type).padEnd(TYPE_WIDTH))}  ${oneLine(subject)}${text}  ${paint.faint(`by ${actor}, at ${sequence}`)}`
}

/** A page, and how to go on. */
export function eventLines(
  { items, next, more }: EventPage,
  view: View,
  types: readonly string[] = [],
): readonly string[] {
  const lines = items.map((event) => eventLine(event, view))
  if (lines.length === 0) lines.push('No events that fit, of what you may see.')
  if (
    lines.length === 1 &&
    items.length === 0 &&
    types.length > 0 &&
    !types.some((type) => /^(?:cascade|\*)/.test(type))
  )
    lines.push(
      view.paint.faint(
        `Types of the instance begin with cascade., such as ${view.command('events --type "cascade.capsule.*"')}`,
      ),
    )
  if (more) lines.push(view.paint.faint(`There is more: ${view.command(`events --after ${next}`)}`))
  return lines
}
