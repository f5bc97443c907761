/** Where a reader of events is: behind the event `index` (from 0) of a record; behind all of them where that is left out. */
export interface EventPosition {
  /** Of the record; -1 before the first. */
  readonly sequence: number
  readonly index?: number
}

/** `4712.0`, or `4712` behind all of a record. */
export const formatPosition = ({ sequence, index }: EventPosition): string =>
  index === undefined ? String(sequence) : `${sequence}.${index}`

/** @param text as the contract's schema lets it in. */
export function parsePosition(text: string): EventPosition {
  const [sequence, index] = text.split('.')
  return { sequence: Number(sequence), ...(index !== undefined && { index: Number(index) }) }
}
