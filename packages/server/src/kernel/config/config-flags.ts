import type { ConfigSource } from './config-entry.ts'
import { CONFIG_KEYS, type ConfigKey } from './config-key.ts'
import { unknownKey } from './config-problem.ts'
import { didYouMean } from './did-you-mean.ts'

/** Flags by name without dashes: a short name (`port`), or a whole key (`search.deadline_ms`). Undefined: not given. */
export type ConfigFlags = Readonly<Record<string, string | number | boolean | undefined>>

/** The flag that names the configuration file. */
export const CONFIG_FILE_FLAG = 'config'

const KEY_OF_FLAG: ReadonlyMap<string, ConfigKey> = new Map([
  ...CONFIG_KEYS,
  ...[...CONFIG_KEYS.values()].flatMap((key): [string, ConfigKey][] => (key.flag ? [[key.flag, key]] : [])),
])

/** The short flags with their keys, for the command line to declare. */
export const listConfigFlags = (): readonly { flag: string; key: string; description: string }[] =>
  [...CONFIG_KEYS.values()].flatMap(({ flag, key, description }) =>
    flag === undefined ? [] : [{ flag, key, description }],
  )

export function readFlags(flags: ConfigFlags, cwd: string): ConfigSource {
  const given = Object.entries(flags).filter(([name, value]) => value !== undefined && name !== CONFIG_FILE_FLAG)
  return {
    entries: given.flatMap(([name, value]) => {
      const key = KEY_OF_FLAG.get(name)
      if (key === undefined) return []
      return [{ key, value, textual: true, origin: { kind: 'flag', name } as const, baseDir: cwd }]
    }),
    problems: given
      .filter(([name]) => !KEY_OF_FLAG.has(name))
      .map(([name]) => unknownKey(name, { kind: 'flag', name }, didYouMean(name, KEY_OF_FLAG.keys()))),
  }
}
