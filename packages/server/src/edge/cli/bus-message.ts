import { z } from 'zod'
import { checkInput } from './command-input.ts'
import { parseGivenJson } from './read-given.ts'

/** A message of another bus, as one of this instance: a type of ours, what it says, and what tells a repetition. */
export interface BusMessage {
  readonly type: string
  readonly payload: unknown
  readonly key: string | undefined
}

/** What a bus hands over in one line: its own `type` and `payload`, or a CloudEvent in JSON (CloudEvents 1.0, structured mode). */
const message = z.looseObject({
  type: z.string().min(1).max(1000),
  payload: z.unknown().optional(),
  data: z.unknown().optional(),
  specversion: z.string().optional(),
  source: z.string().max(2000).optional(),
  id: z
    .union([z.string().max(2000), z.number()])
    .transform(String)
    .optional(),
})

/**
 * Reads one line that another bus wrote.
 *
 * @param prefix words before every type.
 * @throws CascadeError VALIDATION_FAILED for what is no message.
 */
export function readBusMessage(line: string, prefix: string | undefined): BusMessage {
  const { type, payload, data, specversion, source = '', id } = checkInput(message, parseGivenJson('It', line))
  return {
    type: toEventType(type, prefix),
    payload: (specversion === undefined ? payload : data) ?? null,
    // Of CloudEvents source and id together name an event.
    key: id === undefined ? undefined : JSON.stringify([prefix ?? '', source, id]),
  }
}

/** A name such as `OrderPlaced`, `order:placed` or `orders/placed` as a type of two words or more: `order.placed`; empty where it has none. */
export function toEventType(name: string, prefix?: string): string {
  const words = name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1.$2')
    .toLowerCase()
    .split(/[^a-z0-9_-]+/)
    .map((word) => word.replace(/^[_-]+/, ''))
    .filter((word) => word !== '')
  if (words.length === 0) return ''
  const all = prefix === undefined ? words : [...prefix.split('.'), ...words]
  return (all.length < 2 || all[0] === 'cascade' || !/^[a-z]/.test(all[0] ?? '') ? ['legacy', ...all] : all).join('.')
}
