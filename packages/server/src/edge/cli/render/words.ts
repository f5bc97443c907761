import { TRUST_LEVELS, type TrustLevel } from '@forge-cascade/contract'
import type { Painter } from './view.ts'

const DAY_S = 86_400
/** Seconds of each unit, largest first. */
const UNITS = [
  ['year', 365 * DAY_S],
  ['month', 30 * DAY_S],
  ['day', DAY_S],
  ['hour', 3600],
  ['minute', 60],
] as const

/** `3 months ago`, `just now`; a time ahead of the clock is named as such. */
export function ago(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000
  if (seconds < -60) return `from ${dateOf(time)} on`
  const unit = UNITS.find(([, length]) => seconds >= length)
  if (unit === undefined) return 'just now'
  return `${plural(Math.floor(seconds / unit[1]), unit[0])} ago`
}

/** `2026-03-01`. */
export const dateOf = (time: string): string => new Date(time).toISOString().slice(0, 10)

/** `2026-03-01 09:00` in UTC. */
export const minuteOf = (time: string): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

const SHORT_MS = 24 * 3600 * 1000

/** `2026-03-01 09:00` in UTC; where it is less than a day after `since`, with what counts then: `2026-03-01 09:00:07 UTC`. */
export function momentAfter(time: string, since: string): string {
  if (Date.parse(time) - Date.parse(since) >= SHORT_MS) return minuteOf(time)
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `1 file`, `2,400 files`, `3 entries`. */
export const plural = (count: number, noun: string): string => `${number(count)} ${count === 1 ? noun : pluralOf(noun)}`

const pluralOf = (noun: string): string => (/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`)

/** `1,234,567`; up to three decimals. Loading the locales for it would take longer than most commands compute. */
export function number(count: number): string {
  const [whole = '', decimals] = String(Number.isInteger(count) ? count : Math.round(count * 1000) / 1000).split('.')
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

const SIZES = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `312 bytes`, `7.0 MiB`. */
export function byteSize(bytes: number): string {
  const step = Math.min(SIZES.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return step === 0 ? plural(bytes, 'byte') : `${(bytes / 1024 ** step).toFixed(1)} ${SIZES[step]}`
}

const LEVELS = Object.entries(TRUST_LEVELS).sort(([, a], [, b]) => b - a)
const LEVEL_COLOURS: Readonly<Record<string, keyof Painter>> = {
  CORE: 'good',
  TRUSTED: 'good',
  SANDBOX: 'warn',
  QUARANTINE: 'bad',
} satisfies Partial<Record<TrustLevel, keyof Painter>>

/** `trust 60 STANDARD`, in the colour of the level. */
export function trustWords(trust: number, paint: Painter): string {
  const level = LEVELS.find(([, least]) => trust >= least)?.[0] ?? 'QUARANTINE'
  const colour = LEVEL_COLOURS[level]
  const words = `trust ${trust} ${level}`
  return colour === undefined ? words : paint[colour](words)
}
