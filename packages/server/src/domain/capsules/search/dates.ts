/** A day or a month that a text names; months from 0. */
export interface DateMention {
  readonly month: number
  readonly day: number | undefined
  readonly year: number | undefined
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const SHORT = MONTHS.map((name) => name.slice(0, 3))
const NAME = `(${[...MONTHS, ...SHORT, 'sept'].toSorted((a, b) => b.length - a.length).join('|')})\\.?`
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?'
const YEAR = '(?:,?\\s+(\\d{4}))?'
const DAY_MONTH = new RegExp(`\\b${DAY}\\s+(?:of\\s+)?${NAME}\\b${YEAR}`, 'giu')
const MONTH_DAY = new RegExp(`\\b${NAME}\\s+${DAY}\\b(?!\\d)${YEAR}`, 'giu')
const MONTH_ALONE = new RegExp(`\\b${NAME}(?![a-z])${YEAR}`, 'giu')
const ISO = /\b(\d{4})-(\d{2})-(\d{2})\b/gu

const DATES_MAX = 8

/** The dates that a question names, each read once: "7 May 2023", "May 7th", "in May", "2023-05-07". */
export function datesIn(text: string): readonly DateMention[] {
  const found: DateMention[] = []
  let rest = text
  for (const { pattern, read } of FORMS) {
    for (const match of rest.matchAll(pattern)) {
      const mention = read(match)
      if (!mention) continue
      found.push(mention)
      // What was read as a day of a month is not read again as a month.
      rest = rest.replace(match[0], ' ')
    }
  }
  return found.slice(0, DATES_MAX)
}

interface Form {
  readonly pattern: RegExp
  readonly read: (match: readonly (string | undefined)[]) => DateMention | undefined
}

/** The ways in which dates are written, the most definite first. */
const FORMS: readonly Form[] = [
  { pattern: ISO, read: ([, year, month, day]) => mentionOf(Number(month) - 1, day, year) },
  { pattern: DAY_MONTH, read: ([, day, name, year]) => mentionOf(monthOf(name), day, year) },
  { pattern: MONTH_DAY, read: ([, name, day, year]) => mentionOf(monthOf(name), day, year) },
  {
    pattern: MONTH_ALONE,
    read: ([, name = '', year]) => (isVerb(name) ? undefined : mentionOf(monthOf(name), undefined, year)),
  },
]

const monthOf = (name = ''): number => SHORT.indexOf(name.slice(0, 3).toLowerCase())

/** In small letters these are words of other kinds more often than months. */
const OTHER_WORDS: ReadonlySet<string> = new Set(['may', 'march', 'mar', 'dec', 'jan', 'sep', 'jun'])
const isVerb = (name: string): boolean => OTHER_WORDS.has(name)

function mentionOf(month: number, day: string | undefined, year: string | undefined): DateMention | undefined {
  const dayNumber = day === undefined ? undefined : Number(day)
  if (month < 0 || month > 11 || (dayNumber !== undefined && (dayNumber < 1 || dayNumber > 31))) return undefined
  return { month, day: dayNumber, year: year === undefined ? undefined : Number(year) }
}

const DAY_MS = 86_400_000
const NEAR_DAYS = 3
const SAME = { month: 0.5, day: 0.5, noDay: 0.3, neighbour: 0.2 } as const

/** 0-1: how well a moment fits a date that was named: same month, near day, same year. */
export function dateMatch(at: number, { month, day, year }: DateMention): number {
  const date = new Date(at)
  const years = [date.getUTCFullYear() - 1, date.getUTCFullYear(), date.getUTCFullYear() + 1]
  const fitting = year === undefined ? years : years.filter((each) => each === year)
  return fitting.reduce((best, each) => Math.max(best, matchIn(date, each, month, day)), 0)
}

function matchIn(date: Date, year: number, month: number, day: number | undefined): number {
  const months = Math.abs((date.getUTCFullYear() - year) * 12 + date.getUTCMonth() - month)
  if (day !== undefined) {
    const days = Math.abs(date.getTime() - Date.UTC(year, month, day, 12)) / DAY_MS
    if (days <= NEAR_DAYS + 0.5) return SAME.month + SAME.day
  }
  if (months === 0) return SAME.month + (day === undefined ? SAME.noDay : 0)
  return months === 1 ? SAME.neighbour : 0
}
