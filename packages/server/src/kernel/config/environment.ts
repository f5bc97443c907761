import { messageOf } from '#base'
import type { ConfigEntry, ConfigSource } from './config-entry.ts'
import type { ReadFile } from './config-file.ts'
import { CONFIG_KEYS, type ConfigKey } from './config-key.ts'
import { ambiguous, type ConfigProblem, unknownKey, unreadable } from './config-problem.ts'
import { didYouMean } from './did-you-mean.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process. The one place that reads it; everything else takes it as an argument. */
export const environment = (): Environment => process.env

/** `CASCADE_*` variables that are no key of the configuration. */
export const OTHER_VARIABLES = {
  CASCADE_CONFIG: 'Path of the configuration file; the same as the flag --config.',
  CASCADE_URL: 'Address of the instance that the command line speaks to.',
  CASCADE_TOKEN: 'Bearer token of the command line, for that instance and for the one of the data folder.',
} as const satisfies Record<string, string>

/**
 * Variables that Kubernetes and Docker set in every container beside a service of the name `cascade`. They are nobody's
 * configuration, and `CASCADE_PORT` may be among them, spelled as an address.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const SERVICE_LINK = /^CASCADE_(.+_)?(SERVICE_(HOST|PORT)(_.+)?|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/
const SERVICE_ADDRESS = /^(tcp|udp):\/\//

/** Values from the environment; an empty variable counts as not set. */
export function readEnvironment(env: Environment, cwd: string, readFile: ReadFile): ConfigSource {
  const given = [...CONFIG_KEYS.values()].map((key) => readKey(key, env, cwd, readFile))
  return {
    entries: given.flatMap(({ entries }) => entries),
    problems: [...given.flatMap(({ problems }) => problems), ...findUnknown(env)],
  }
}

function readKey(key: ConfigKey, env: Environment, baseDir: string, readFile: ReadFile): ConfigSource {
  const entries: ConfigEntry[] = []
  const problems: ConfigProblem[] = []
  const add = (name: string, value: string) =>
    entries.push({ key, value, textual: true, origin: { kind: 'env', name }, baseDir })
  for (const name of key.envs) {
    const value = env[name]
    if (isSet(value) && !SERVICE_ADDRESS.test(value)) add(name, value)
    const file = env[`${name}_FILE`]
    if (!key.secret || !isSet(file)) continue
    const secret = readSecret(file, readFile)
    if (typeof secret === 'string') add(`${name}_FILE`, secret)
    else problems.push(unreadable(`${name}_FILE names ${file}, which ${secret.reason}. Correct the path or unset it.`))
  }
  if (new Set(entries.map(({ value }) => value)).size < 2) return { entries: entries.slice(0, 1), problems }
  const names = entries.map(({ origin }) => (origin.kind === 'env' ? origin.name : ''))
  return { entries: [], problems: [...problems, ambiguous(key, names)] }
}

function readSecret(path: string, readFile: ReadFile): string | { readonly reason: string } {
  try {
    return readFile(path)?.trim() ?? { reason: 'does not exist' }
  } catch (error) {
    return { reason: `cannot be read: ${messageOf(error)}` }
  }
}

function findUnknown(env: Environment): ConfigProblem[] {
  const known = new Set([...CONFIG_KEYS.values()].flatMap(namesOf).concat(Object.keys(OTHER_VARIABLES)))
  return Object.keys(env)
    .filter((name) => name.startsWith('CASCADE_') && !known.has(name) && !SERVICE_LINK.test(name))
    .map((name) => unknownKey(name, { kind: 'env', name }, didYouMean(name, known)))
}

const namesOf = (key: ConfigKey): string[] => key.envs.flatMap((name) => (key.secret ? [name, `${name}_FILE`] : [name]))
const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''
