/** The beginning of a line of a transcript: when, and who. */
export interface TranscriptHeader {
  /** As written; empty where no time stands. */
  readonly when: string
  /** Undefined for what nobody said ("Ada left the group"). */
  readonly speaker: string | undefined
  readonly text: string
}

/** Which of the first two numbers of a date is the day, where they are written with a slash. */
export type DateOrder = 'day-first' | 'month-first'

const DATE = String.raw`(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})`
const CLOCK = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:[\s\u202f]?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d{2}:\d{2})?`
/** `[time] `, or `date, time - ` as WhatsApp writes it on some telephones. Marks of direction may stand before it. */
const TIMED = new RegExp(
  String.raw`^[\u200e\u200f\ufeff]*(?:\[((?:${DATE}(?:[T,\s]\s?))?${CLOCK})\]\s|(${DATE},?\s${CLOCK})\s-\s)(.*)$`,
)
const SPEAKER_LENGTH_MAX = 60
const SPOKEN = new RegExp(String.raw`^([^:\n]{1,${SPEAKER_LENGTH_MAX}}?):\s(.*)$`)
/** A name is of a few words and is no address, no sentence and no item of a list. */
const NAME = /^(?![-*#>|\d\s])[^.!?;/<>{}[\]"“”]{1,40}$/
const NAME_WORDS_MAX = 4

/** `[time] Name: text` and its kin; undefined for a line that goes on with the one before. */
export function parseTimedHeader(line: string): TranscriptHeader | undefined {
  const timed = TIMED.exec(line)
  if (!timed) return undefined
  const rest = (timed[3] ?? '').replace(/^[\u200e\u200f]+/, '')
  const spoken = SPOKEN.exec(rest)
  return { when: timed[1] ?? timed[2] ?? '', speaker: spoken?.[1]?.trim(), text: spoken?.[2] ?? rest }
}

/** `Name: text`. */
export function parsePlainHeader(line: string): TranscriptHeader | undefined {
  const [, speaker = '', text = ''] = SPOKEN.exec(line) ?? []
  if (!NAME.test(speaker) || speaker.trim().split(/\s+/).length > NAME_WORDS_MAX) return undefined
  return { when: '', speaker: speaker.trim(), text }
}

const SLASHED = /^(\d{1,2})\/(\d{1,2})\//

/** What this date says about the order of all; nothing when both would do. */
export function orderOf(when: string): DateOrder | undefined {
  const [, first = '0', second = '0'] = SLASHED.exec(when) ?? []
  if (Number(first) > 12) return 'day-first'
  return Number(second) > 12 ? 'month-first' : undefined
}

const WHEN =
  /^(\d+)([-./])(\d+)[-./](\d+)[T,\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?[\s\u202f]?([AaPp])?[.Mm]*(Z|[+-]\d{2}:\d{2})?$/

/** Milliseconds since 1970; a time without its zone is taken for UTC. Undefined without a date the calendar has. */
export function timeOf(when: string, order: DateOrder): number | undefined {
  const parts = WHEN.exec(when)
  if (!parts) return undefined
  const [, a = '', mark = '', b = '', c = '', hour = '', minute = '', second = '0', fraction = '', half, zone] = parts
  const [year, month, day] = mark === '-' ? [a, b, c] : mark === '/' && order === 'month-first' ? [c, a, b] : [c, b, a]
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  const date = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const clock = `${String(hours).padStart(2, '0')}:${minute}:${second.padStart(2, '0')}.${fraction.slice(0, 3).padEnd(3, '0')}`
  const at = Date.parse(`${date}T${clock}${zone ?? 'Z'}`)
  return at >= 0 && isDay(date) ? at : undefined
}

/** `Date` would take 31 February for 2 March. */
function isDay(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date)
}
