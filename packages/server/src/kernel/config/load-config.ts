import { join, resolve } from 'node:path'
import { z } from 'zod'
import { isCascadeError, messageOf } from '#base'
import { type ConfigEntry, type ConfigSource, coerceEntry } from './config-entry.ts'
import { parseConfigFile, type ReadFile, readConfigFile } from './config-file.ts'
import { CONFIG_FILE_FLAG, type ConfigFlags, readFlags } from './config-flags.ts'
import { CONFIG_KEYS, type ConfigKey } from './config-key.ts'
import type { ConfigOrigin } from './config-origin.ts'
import { type ConfigProblem, configInvalid, notAllowed, unreadable } from './config-problem.ts'
import { type Config, configSchema } from './config-schema.ts'
import { type Environment, readEnvironment } from './environment.ts'

export const CONFIG_FILE_NAME = 'cascade.config.yml'

export interface LoadConfigInput {
  readonly flags?: ConfigFlags
  readonly env: Environment
  /** Absolute; relative paths start here. */
  readonly cwd: string
  readonly readFile?: ReadFile
}

export interface LoadedConfig {
  readonly config: Config
  /** By dotted key; every key has one. */
  readonly origins: ReadonlyMap<string, ConfigOrigin>
  /** The file that was read, or undefined when there is none. */
  readonly file: string | undefined
}

/**
 * Settles the configuration: defaults < file < environment < flags. The file is the one named by `--config` or
 * `CASCADE_CONFIG`, which must exist, else the first of `./cascade.config.yml` and the one in the data folder.
 * A value that another source overrides is checked all the same.
 *
 * @throws CascadeError CONFIG_INVALID with every problem of every source at once.
 */
export function loadConfig({ flags = {}, env, cwd, readFile = readConfigFile }: LoadConfigInput): LoadedConfig {
  const fromFlags = readFlags(flags, cwd)
  const fromEnv = readEnvironment(env, cwd, readFile)
  const { path, source } = readFirstFile(
    listCandidates(flags, env, cwd, [...fromEnv.entries, ...fromFlags.entries]),
    readFile,
  )
  const sources = [source, fromEnv, fromFlags]
  const problems = sources.flatMap((each) => each.problems)
  const { values, origins } = settle(
    sources.flatMap((each) => each.entries),
    cwd,
    problems,
  )
  const config = assemble(values, origins, problems)
  if (config === undefined || problems.length > 0) throw configInvalid(problems)
  return { config: freeze(config), origins, file: path }
}

interface FileCandidate {
  readonly path: string
  /** Who named the file, when somebody did: then it must exist. */
  readonly namedBy?: string
  readonly inDataDir?: true
}

function listCandidates(flags: ConfigFlags, env: Environment, cwd: string, entries: readonly ConfigEntry[]) {
  const flag = flags[CONFIG_FILE_FLAG]
  const named: FileCandidate[] = []
  if (flag !== undefined) named.push({ path: resolve(cwd, String(flag)), namedBy: `flag --${CONFIG_FILE_FLAG}` })
  else if (env.CASCADE_CONFIG) named.push({ path: resolve(cwd, env.CASCADE_CONFIG), namedBy: 'env CASCADE_CONFIG' })
  if (named.length > 0) return named
  const dataDir = entries.findLast(({ key }) => key.key === 'data.dir')?.value ?? CONFIG_KEYS.get('data.dir')?.default
  return [
    { path: join(cwd, CONFIG_FILE_NAME) },
    { path: resolve(cwd, String(dataDir), CONFIG_FILE_NAME), inDataDir: true },
  ] satisfies FileCandidate[]
}

function readFirstFile(candidates: readonly FileCandidate[], readFile: ReadFile) {
  const none: ConfigSource = { entries: [], problems: [] }
  for (const candidate of candidates) {
    const { path, namedBy } = candidate
    try {
      const text = readFile(path)
      if (text !== undefined) return { path, source: forbidMoving(candidate, parseConfigFile(path, text)) }
      if (namedBy !== undefined)
        return {
          path,
          source: {
            ...none,
            problems: [unreadable(`${path} (${namedBy}) does not exist. Create it or name another file.`)],
          },
        }
    } catch (error) {
      return {
        path,
        source: {
          ...none,
          problems: [unreadable(`${path} cannot be read: ${isCascadeError(error) ? error.detail : messageOf(error)}.`)],
        },
      }
    }
  }
  return { path: undefined, source: none }
}

/** A file found in the data folder that names another data folder would be read at one start and missed at the next. */
function forbidMoving({ inDataDir }: FileCandidate, source: ConfigSource): ConfigSource {
  const moving = inDataDir ? source.entries.filter(({ key }) => key.key === 'data.dir') : []
  const refused = moving.map(({ key, value, origin }) =>
    notAllowed(key, value, origin, 'nothing here, because this file was found through the data folder'),
  )
  return { ...source, problems: [...source.problems, ...refused] }
}

/** Checks each entry by itself; the last valid one of a key wins. */
function settle(entries: readonly ConfigEntry[], cwd: string, problems: ConfigProblem[]) {
  const values = new Map<string, unknown>()
  const origins = new Map<string, ConfigOrigin>()
  for (const key of CONFIG_KEYS.values()) {
    values.set(key.key, locate(key, key.default, cwd))
    origins.set(key.key, { kind: 'default' })
  }
  for (const entry of entries) {
    const parsed = z.safeParse(entry.key.schema, coerceEntry(entry))
    if (!parsed.success) problems.push(notAllowed(entry.key, entry.value, entry.origin))
    else {
      values.set(entry.key.key, locate(entry.key, parsed.data, entry.baseDir))
      origins.set(entry.key.key, entry.origin)
    }
  }
  return { values, origins }
}

const locate = (key: ConfigKey, value: unknown, baseDir: string): unknown =>
  key.path && typeof value === 'string' ? resolve(baseDir, value) : value

function assemble(
  values: ReadonlyMap<string, unknown>,
  origins: ReadonlyMap<string, ConfigOrigin>,
  problems: ConfigProblem[],
) {
  const parsed = configSchema.safeParse(nestConfig(values))
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues) {
    const key = CONFIG_KEYS.get(path.join('.'))
    if (key !== undefined)
      problems.push(notAllowed(key, values.get(key.key), origins.get(key.key) ?? { kind: 'default' }, message))
  }
  return undefined
}

/** Values by dotted key, as the schema nests them. */
export const nestConfig = (values: ReadonlyMap<string, unknown>): Record<string, unknown> =>
  branch(configSchema, '', values)

function branch(schema: z.ZodObject, prefix: string, values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, child]) => [
      name,
      child instanceof z.ZodObject ? branch(child, `${prefix}${name}.`, values) : values.get(`${prefix}${name}`),
    ]),
  )
}

export function freeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) freeze(child)
  return Object.freeze(value)
}
