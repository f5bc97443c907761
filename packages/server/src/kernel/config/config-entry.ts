import type { ConfigKey } from './config-key.ts'
import type { ConfigOrigin } from './config-origin.ts'
import type { ConfigProblem } from './config-problem.ts'

/** A value as one source gave it, before it is checked. */
export interface ConfigEntry {
  readonly key: ConfigKey
  readonly value: unknown
  /** True when the source knows text only, so that "8420" may be a number. */
  readonly textual: boolean
  readonly origin: ConfigOrigin
  /** Folder at which a relative path starts. */
  readonly baseDir: string
}

/** What one source says: its values and what is wrong with its own form. */
export interface ConfigSource {
  readonly entries: readonly ConfigEntry[]
  readonly problems: readonly ConfigProblem[]
}

const NUMBER = /^[+-]?\d{1,20}(\.\d{1,20})?$/
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

/** The value with the type of its key where text can say it; anything else stays and fails the schema. */
export function coerceEntry({ key, value, textual }: ConfigEntry): unknown {
  if (!textual || typeof value !== 'string' || key.kind === 'string') return value
  if (key.kind === 'boolean') return WORDS.get(value.toLowerCase()) ?? value
  return NUMBER.test(value) ? Number(value) : value
}
