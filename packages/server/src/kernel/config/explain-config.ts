import { CONFIG_KEYS } from './config-key.ts'
import { describeOrigin } from './config-origin.ts'
import { HIDDEN } from './config-problem.ts'
import type { Config } from './config-schema.ts'
import type { LoadedConfig } from './load-config.ts'

export type ConfigValue = string | number | boolean | undefined

/** A line of `cascade config show`. */
export interface ConfigRow {
  readonly key: string
  /** The settled value; eight asterisks for a secret that is set, undefined for what is not set. */
  readonly value: ConfigValue
  readonly origin: string
  readonly description: string
}

export function explainConfig({ config, origins }: Pick<LoadedConfig, 'config' | 'origins'>): readonly ConfigRow[] {
  const values = flattenConfig(config)
  return [...CONFIG_KEYS.values()].map(({ key, secret, description }) => {
    const value = values.get(key)
    const origin = describeOrigin(origins.get(key) ?? { kind: 'default' })
    return { key, value: secret && value !== undefined ? HIDDEN : value, origin, description }
  })
}

/** A row of the configuration's generated reference. */
export interface ConfigReferenceRow {
  readonly key: string
  readonly env: readonly string[]
  readonly flag: string | undefined
  /** What is allowed, in words. */
  readonly type: string
  readonly default: ConfigValue
  readonly description: string
  readonly reload: boolean
  readonly secret: boolean
}

export function configReference(): readonly ConfigReferenceRow[] {
  return [...CONFIG_KEYS.values()].map((key) => ({
    key: key.key,
    env: key.envs,
    flag: key.flag,
    type: key.allowed,
    default: key.default,
    description: key.description,
    reload: key.reload ?? false,
    secret: key.secret ?? false,
  }))
}

/** The keys that differ, sorted into those that take effect at once and those that wait for a restart. */
export interface ConfigDifference {
  readonly reload: readonly string[]
  readonly restart: readonly string[]
}

export function diffReloadable(before: Config, after: Config): ConfigDifference {
  const old = flattenConfig(before)
  const next = flattenConfig(after)
  const changed = [...CONFIG_KEYS.values()].filter(({ key }) => old.get(key) !== next.get(key))
  return {
    reload: changed.filter(({ reload }) => reload).map(({ key }) => key),
    restart: changed.filter(({ reload }) => !reload).map(({ key }) => key),
  }
}

/** The secret values of this configuration, for a logger to mask wherever they turn up. */
export function listSecrets(config: Config): readonly string[] {
  const values = flattenConfig(config)
  return [...CONFIG_KEYS.values()].flatMap(({ key, secret }) => {
    const value = values.get(key)
    return secret && typeof value === 'string' ? [value] : []
  })
}

/** Values by dotted key. */
export function flattenConfig(config: Config): Map<string, ConfigValue> {
  const values = new Map<string, ConfigValue>()
  flattenInto(values, '', Object.entries(config))
  return values
}

type Branch = ConfigValue | { readonly [name: string]: Branch }

function flattenInto(values: Map<string, ConfigValue>, prefix: string, entries: [string, Branch][]): void {
  for (const [name, value] of entries) {
    if (typeof value === 'object') flattenInto(values, `${prefix}${name}.`, Object.entries(value))
    else values.set(`${prefix}${name}`, value)
  }
}
