/** The time, as an argument. Milliseconds since 1970 in UTC; may jump backwards when the machine's clock does. */
export type Clock = () => number

export const systemClock: Clock = Date.now

/** True less than `ms` after `since`. A clock that was set back is past it at once: waiting for it could take days. */
export const isWithin = (now: number, since: number, ms: number): boolean => now >= since && now - since < ms

/** RFC 3339 in UTC with milliseconds, the one spelling of time in the API and in the ledger. */
export function toRfc3339(ms: number): string {
  const second = Math.floor(ms / 1000)
  // Times come in crowds: what was recorded together differs in its milliseconds, and formatting a date is dear.
  if (second !== lastSecond || Math.abs(ms) > MOMENT_MAX) {
    lastPrefix = new Date(ms).toISOString().slice(0, -4)
    lastSecond = second
  }
  return `${lastPrefix}${String(Math.trunc(ms - second * 1000)).padStart(3, '0')}Z`
}

/** ECMAScript, section 21.4.1.1: times lie within this many milliseconds of 1970. */
const MOMENT_MAX = 8.64e15
// NaN equals nothing, so that the first time and what is no time are always formatted.
let lastSecond = Number.NaN
let lastPrefix = ''
