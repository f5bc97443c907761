import { z } from 'zod'
import { CascadeError } from '#base'
import { CONFIG_KEYS, type ConfigKey } from './config-key.ts'
import { describeOrigin } from './config-origin.ts'
import { configSchema } from './config-schema.ts'
import { didYouMean } from './did-you-mean.ts'
import { type ConfigValue, flattenConfig } from './explain-config.ts'
import { freeze, type LoadedConfig, nestConfig } from './load-config.ts'

/** A value that people voted for, and the id of the proposal that it was passed by. */
export interface VotedValue {
  readonly value: NonNullable<ConfigValue>
  readonly proposal: string
}

export type VotedValues = ReadonlyMap<string, VotedValue>

/** A value that is to count; null for what is configured. */
export interface AskedValue {
  readonly key: string
  readonly value: NonNullable<ConfigValue> | null
}

/** The same with the value that counts as long as it is not passed; null for what is not set. */
export interface ValueChange extends AskedValue {
  readonly from: NonNullable<ConfigValue> | null
}

/** Keys that people vote on: what takes effect without a restart, and is neither secret nor a place on this machine. */
const isVotable = ({ reload, secret, path }: ConfigKey): boolean => reload === true && !secret && !path

/** Environment and flags are the word of whoever starts the process; they count for more than a vote. */
const isOperators = ({ origins }: LoadedConfig, key: string): boolean =>
  ['env', 'flag'].includes(origins.get(key)?.kind ?? 'default')

/**
 * What was read, with what people voted for in the place of defaults and of what the file says.
 *
 * @returns with the keys whose value does not count, as it fits this version or the other values no more.
 */
export function withVoted(
  read: LoadedConfig,
  voted: VotedValues,
): { readonly loaded: LoadedConfig; readonly unfit: readonly string[] } {
  const fits = [...voted].filter(([key, { value }]) => isFit(key, value))
  const counted = fits.filter(([key]) => !isOperators(read, key))
  const all = overlay(read, counted)
  const taken = all === undefined ? takeInTurn(read, counted) : new Set(counted.map(([key]) => key))
  const isUnfit = (key: string) => !fits.some(([one]) => one === key) || (!isOperators(read, key) && !taken.has(key))
  return {
    loaded:
      all ??
      overlay(
        read,
        counted.filter(([key]) => taken.has(key)),
      ) ??
      read,
    unfit: [...voted.keys()].filter(isUnfit),
  }
}

type Voted = readonly (readonly [key: string, value: VotedValue])[]

function isFit(key: string, value: unknown): boolean {
  const known = CONFIG_KEYS.get(key)
  return known !== undefined && isVotable(known) && z.safeParse(known.schema, value).success
}

/** What was read with values in the place of its own; undefined where they do not go together. */
function overlay(read: LoadedConfig, voted: Voted): LoadedConfig | undefined {
  const values = new Map<string, unknown>(flattenConfig(read.config))
  const origins = new Map(read.origins)
  for (const [key, { value, proposal }] of voted) {
    values.set(key, value)
    origins.set(key, { kind: 'vote', proposal })
  }
  const parsed = configSchema.safeParse(nestConfig(values))
  return parsed.success ? { config: freeze(parsed.data), origins, file: read.file } : undefined
}

/** Keys of values that go together with the rest: those of one proposal are taken or left as a whole, the oldest first. */
function takeInTurn(read: LoadedConfig, voted: Voted): ReadonlySet<string> {
  // Ids of proposals are in the order of their time.
  const proposals = [...new Set(voted.map(([, { proposal }]) => proposal))].toSorted()
  let taken: Voted = []
  // What leans on a later proposal has its turn again.
  for (const proposal of [...proposals, ...proposals]) {
    if (taken.some(([, one]) => one.proposal === proposal)) continue
    const next = [...taken, ...voted.filter(([, one]) => one.proposal === proposal)]
    if (overlay(read, next) !== undefined) taken = next
  }
  return new Set(taken.map(([key]) => key))
}

/**
 * Whether values could be voted for.
 *
 * @param now what counts.
 * @throws CascadeError UNPROCESSABLE for keys that are not voted on, and values that they do not take; CONFLICT for keys that
 *   environment or flags decide.
 */
export function checkVoted(now: LoadedConfig, asked: readonly AskedValue[]): readonly ValueChange[] {
  const values = flattenConfig(now.config)
  for (const [at, { key, value }] of asked.entries()) {
    const known = CONFIG_KEYS.get(key)
    if (known === undefined) {
      const near = didYouMean(key, [...CONFIG_KEYS.keys()])
      const fix = near === undefined ? 'the reference of the configuration lists them.' : `did you mean ${near}?`
      throw new CascadeError('UNPROCESSABLE', `There is no setting ${JSON.stringify(key)}: ${fix}`)
    }
    if (!isVotable(known))
      throw new CascadeError(
        'UNPROCESSABLE',
        `${key} is nothing that is voted on: it is a secret, a place on this machine, or needs a restart. Name one that counts without.`,
      )
    if (asked.findIndex((one) => one.key === key) !== at)
      throw new CascadeError('UNPROCESSABLE', `${key} stands there twice: give it one value.`)
    if (value !== null && !z.safeParse(known.schema, value).success)
      throw new CascadeError('UNPROCESSABLE', `${key} cannot be ${JSON.stringify(value)}: expected ${known.allowed}.`)
    if (isOperators(now, key))
      throw new CascadeError(
        'CONFLICT',
        `${key} is decided by ${describeOrigin(now.origins.get(key) ?? { kind: 'default' })}, which counts for more than a vote: take it away there first.`,
      )
  }
  return asked.map(({ key, value }) => ({ key, from: values.get(key) ?? null, value }))
}
