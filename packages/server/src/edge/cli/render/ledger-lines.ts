import type { AuditRow, LedgerIntegrity, LedgerKeys, LedgerWitness, PublishedLogVerdict } from '@forge-cascade/contract'
import type { KeyState } from '../../ended-keys.ts'
import { ANOTHER_KEY } from './evidence-lines.ts'
import { oneLine, shorten } from './text.ts'
import type { View } from './view.ts'
import { number, plural } from './words.ts'

/** What `ledger show` knows of the log. */
export interface ShownLog {
  readonly origin: string
  readonly size: number
  readonly root: string
  readonly keys: readonly string[]
  /** What each of several keys does; absent for one key alone, and of a log that is damaged. */
  readonly key_states?: readonly KeyState[]
  readonly integrity: LedgerIntegrity
}

/** The log: its name, how far it is signed, its keys, and what its last verification found. */
export function logLines(log: ShownLog, view: View): string[] {
  const { paint, command } = view
  return [
    `${paint.strong(log.origin)}  ${plural(log.size, 'entry')} signed`,
    `  root  ${log.root}`,
    ...eachKeyLines(log.keys, log.key_states ?? [], view),
    ...integrityLines(log.integrity, view),
    paint.faint(`To prove an entry: ${command('ledger prove 0')}`),
  ]
}

/** What a verification came to. */
export function integrityLines(found: LedgerIntegrity, view: View): string[] {
  const stopped = found.stopped === undefined ? [] : stopLines(found.stopped, view)
  return [...stopped, ...verdictLines(found, view)]
}

const stopLines = (why: string, { paint }: View): string[] => [
  `${paint.bad('stopped')}  nothing is signed any more: ${oneLine(why)}`,
]

function verdictLines(found: LedgerIntegrity, { paint, command }: View): string[] {
  const at = timeOf(found.checked_at)
  if (!found.valid) {
    const where = found.first_bad === undefined ? '' : ` at entry ${number(found.first_bad)}`
    return [
      `${paint.bad('damaged')}${where}: ${oneLine(found.reason ?? 'it is not as it was written')}`,
      // What the tree, a checkpoint or a version says otherwise is nothing against the entries.
      (found.first_bad ?? 0) <= found.checked_to
        ? `  the entries themselves are sound up to ${number(found.checked_to)} of ${number(found.size)}, ${at}`
        : `  sound up to entry ${number(found.checked_to)} of ${number(found.size)}, ${at}`,
      paint.faint(`To find out more: ${command('doctor --full')}`),
    ]
  }
  const newest = plural(found.size - found.checked_from, 'entry')
  if (found.contents === undefined) {
    const which =
      found.checked_from === 0 ? `all ${plural(found.size, 'entry')}` : `the newest ${newest} of ${number(found.size)}`
    return [
      `${paint.good('sound')}  ${which} by chain and checkpoint alone, ${at}; ${command('ledger verify')} compares stored texts as well`,
    ]
  }
  const contents = contentLines(found.contents)
  if (found.checked_from === 0)
    return [`${paint.good('sound')}  all ${plural(found.size, 'entry')}, verified ${at}`, ...contents]
  return [
    `${paint.good('sound')}  the newest ${newest} of ${number(found.size)} and the checkpoint, ${at}`,
    ...contents,
    paint.faint(`To verify all: ${command('ledger verify')}`),
  ]
}

/** What was held against the digests in the log, and what is not here to be. */
function contentLines(contents: NonNullable<LedgerIntegrity['contents']>): string[] {
  const { verified, erased, archived } = contents
  const rest = [erased > 0 && `${number(erased)} erased`, archived > 0 && `${number(archived)} in the archive`]
  const told = [`${plural(verified, 'version')} as recorded`, ...rest.filter((text) => text !== false)]
  return [`       ${told.join(', ')}`]
}

/** The keys, the active one first, and below each what it does. */
const eachKeyLines = (keys: readonly string[], states: readonly KeyState[], { paint }: View): string[] =>
  keys.flatMap((key, at) => {
    const state = states.find((one) => one.key === key)
    const lines = [at === 0 ? `  key   ${key}` : paint.faint(`        ${key}`)]
    return state ? [...lines, paint.faint(`          ${stateText(state)}`)] : lines
  })

function stateText({ state, until = '', ended_at }: KeyState): string {
  if (state === 'signs') return 'signs'
  if (state === 'signs_as_well') return `signs as well until ${timeOf(until)}`
  return ended_at === undefined
    ? 'signs no more; its file was lost'
    : `ended at ${plural(ended_at, 'entry')}: what it signs of more proves nothing`
}

/** The keys after a change. */
export function keyLines(
  { origin, keys, previous_until }: LedgerKeys,
  states: readonly KeyState[],
  view: View,
): string[] {
  return [
    `${view.paint.strong(origin)} is signed with another key.`,
    ...eachKeyLines(keys, states, view),
    previous_until === null
      ? `${endedText(states)} Hand the new one to whoever verifies, witnesses among them.`
      : `The old key signs as well until ${timeOf(previous_until)}. Hand the new one out until then, to witnesses too.`,
  ]
}

/** Which keys ended with the one before: there were two while they overlapped. */
function endedText([, last, ...before]: readonly KeyState[]): string {
  const size = last?.ended_at
  const others = before.filter(({ ended_at }) => size !== undefined && ended_at === size)
  if (others.length === 0) return 'The old key signs no more, and was deleted.'
  const names = [last, ...others].map((one) => nameOf(one?.key ?? ''))
  return `The keys ${names.join(' and ')} sign no more, and were deleted.`
}

/** The digits of a verifier key, which tell it from the others of its log. */
const nameOf = (key: string): string => key.split('+')[1] ?? key

/** Who witnesses whom, and how far. */
export function witnessLines({ witness, witnesses, cosigner, fork }: LedgerWitness, view: View): string[] {
  const { paint, command } = view
  const first = [
    ...(fork === null ? [] : stopLines(fork, view)),
    ...(cosigner === null ? [] : ['Its own cosigner', `  ${cosigner}`]),
  ]
  if (witness === null && witnesses.length === 0)
    return [
      ...first,
      'Nobody cosigns this log, and it cosigns for nobody.',
      paint.faint('To change that: ledger.witnesses and ledger.witness.logs in the configuration'),
    ]
  return [
    ...first,
    ...(witnesses.length === 0 ? ['Nobody cosigns this log.'] : ['Cosigned by']),
    ...witnesses.flatMap((one) => seenLines(one.url, one, view)),
    ...(witness === null ? ['Cosigns for nobody.'] : witnessedLines(witness, view)),
    paint.faint(`What to hand to a witness: ${command('ledger show')}`),
  ]
}

function witnessedLines({ keys, logs }: NonNullable<LedgerWitness['witness']>, view: View): string[] {
  return [
    'Cosigns with',
    ...keys.map((key) => `  ${key}`),
    'for',
    ...logs.flatMap((log) => seenLines(oneLine(log.origin), log, view)),
  ]
}

interface Seen {
  readonly size: number
  readonly cosigned_at: string | null
  readonly trouble: string | null
}

function seenLines(name: string, { size, cosigned_at, trouble }: Seen, { paint }: View): string[] {
  const seen = cosigned_at === null ? 'nothing yet' : `up to ${plural(size, 'entry')}, ${timeOf(cosigned_at)}`
  return [`  ${paint.strong(name)}  ${seen}`, ...(trouble === null ? [] : [`    ${paint.warn(oneLine(trouble))}`])]
}

/** What the verification of a published log came to. */
export function publishedLines(found: PublishedLogVerdict, { paint }: View): string[] {
  const { valid, origin = '', size, checked_to, reason, own_key } = found
  if (valid) return [`${paint.good('sound')}  all ${plural(size, 'entry')} of ${oneLine(origin)}`]
  if (own_key !== undefined) return [`${paint.bad('another key')}: ${oneLine(reason ?? '')}`, ANOTHER_KEY]
  return [
    `${paint.bad('damaged')}: ${oneLine(reason ?? 'it is not as it was written')}`,
    ...(checked_to < 0 ? [] : [`  sound up to entry ${number(checked_to)} of ${number(size)}`]),
  ]
}

const timeOf = (time: string): string => `${time.slice(0, 19).replace('T', ' ')}Z`

/** What happened, a line each. */
export function auditLines(rows: readonly AuditRow[], next: string | null, { paint }: View): string[] {
  if (rows.length === 0 && next === null) return ['Nothing of that kind has happened.']
  const lines = rows.flatMap((row) => [
    `${String(row.ledger_index).padStart(7)}  ${timeOf(row.timestamp)}  ${paint.strong(row.operation)}  ` +
      `${row.entity_type}${row.entity_id === null ? '' : `/${row.entity_id}`}`,
    ...changeLines(row.changes),
    paint.faint(`         by ${row.user_id}  request ${row.correlation_id}`),
  ])
  return next === null ? lines : [...lines, paint.faint(`There are more: the same command with --cursor ${next}`)]
}

/** What was changed, on a line that stays one. */
function changeLines(changes: AuditRow['changes']): string[] {
  if (changes === null) return ['         what it says is not in the store any more']
  const parts = Object.entries(changes).map(
    ([name, { from, to }]) => `${name} ${from === undefined ? '' : `${shownValue(from)} → `}${shownValue(to)}`,
  )
  return parts.length === 0 ? [] : [`         ${parts.join(', ')}`]
}

const VALUE_COLUMNS = 40
const WORD = /^[\w.:/-]+$/

function shownValue(value: unknown): string {
  if (value === null) return 'none'
  if (typeof value === 'object' && 'bytes' in value && Object.keys(value).length === 1) return `${value.bytes} bytes`
  const isWord = typeof value === 'string' && WORD.test(value)
  return shorten(isWord ? value : oneLine(JSON.stringify(value)), VALUE_COLUMNS)
}
