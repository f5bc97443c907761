import { CascadeError } from '#base'
import { CONFIG_KEYS } from './config-key.ts'
import { HIDDEN } from './config-problem.ts'
import { type Config, configSchema } from './config-schema.ts'
import { type ConfigValue, diffReloadable, flattenConfig } from './explain-config.ts'
import { freeze, type LoadedConfig, nestConfig } from './load-config.ts'
import { type AskedValue, checkVoted, type ValueChange, type VotedValues, withVoted } from './voted-config.ts'

/** A value that is another one now; eight asterisks for a secret, undefined for what is not set. */
export interface ConfigChange {
  readonly key: string
  readonly from: ConfigValue
  readonly to: ConfigValue
}

export interface ConfigReload {
  /** What counts from now on. */
  readonly changed: readonly ConfigChange[]
  /** What counts after the next start. */
  readonly waiting: readonly ConfigChange[]
}

/**
 * The configuration that counts now: as it was at the start, with the keys that may change since taken over from the
 * last time it was read, and with what people voted for.
 */
export class LiveConfig {
  #loaded: LoadedConfig
  /** As it was read last, without what was voted for. */
  #read: LoadedConfig
  #voted: VotedValues = new Map()
  /** Of these, keys whose value does not count. */
  #unfit: ReadonlySet<string> = new Set()

  constructor(loaded: LoadedConfig) {
    this.#loaded = loaded
    this.#read = loaded
  }

  get loaded(): LoadedConfig {
    return this.#loaded
  }

  /**
   * Takes over what may change without a restart.
   *
   * @param load reads the configuration anew, from the same flags and environment.
   * @throws CascadeError CONFIG_INVALID as `load` does, and for values that do not go together with what people voted for; nothing
   *   has changed then.
   */
  reload(load: () => LoadedConfig): ConfigReload {
    const before = this.#loaded
    const read = load()
    const { loaded: after, unfit } = withVoted(read, this.#voted)
    const clashes = unfit.filter((key) => !this.#unfit.has(key))
    if (clashes.length > 0)
      throw new CascadeError(
        'CONFIG_INVALID',
        `What is configured does not go together with what people voted for: ${clashes.join(', ')}. Change it, or have it voted on.`,
      )
    const { reload, restart } = diffReloadable(before.config, after.config)
    const changes = (keys: readonly string[]) => keys.map((key) => changeOf(key, before, after))
    this.#loaded = takeOver(before, after)
    this.#read = read
    this.#unfit = new Set(unfit)
    return { changed: changes(reload), waiting: changes(restart) }
  }

  /**
   * Takes over all that people voted for, in the place of what they voted for before.
   *
   * @returns the keys whose value does not count, as it fits no more.
   */
  vote(voted: VotedValues): readonly string[] {
    const { loaded, unfit } = withVoted(this.#read, voted)
    this.#loaded = takeOver(this.#loaded, loaded)
    this.#voted = voted
    this.#unfit = new Set(unfit)
    return unfit
  }

  /**
   * What values that are to be voted on would change; nothing changes.
   *
   * @throws CascadeError UNPROCESSABLE for keys that are not voted on, values that they do not take, and those that do not go
   *   together; CONFLICT for keys that environment or flags decide.
   */
  tryVote(asked: readonly AskedValue[]): readonly ValueChange[] {
    const changes = checkVoted(this.#loaded, asked)
    const { unfit } = this.#with(asked)
    const clashes = unfit.filter((key) => !this.#unfit.has(key))
    if (clashes.length === 0) return changes
    throw new CascadeError('UNPROCESSABLE', `These values do not go together with the others: ${clashes.join(', ')}.`)
  }

  /** What would count with values that are to be voted on. */
  after(asked: readonly AskedValue[]): Config {
    return this.#with(asked).loaded.config
  }

  #with(asked: readonly AskedValue[]) {
    return withVoted(this.#read, votedWith(this.#voted, asked, NOT_YET))
  }
}

/** In the place of the id of a proposal; after all of them. */
const NOT_YET = '~'

/** What was voted for, with other values. */
export function votedWith(voted: VotedValues, asked: readonly AskedValue[], proposal: string): VotedValues {
  const next = new Map(voted)
  for (const { key, value } of asked) {
    if (value === null) next.delete(key)
    else next.set(key, { value, proposal })
  }
  return next
}

function changeOf(key: string, before: LoadedConfig, after: LoadedConfig): ConfigChange {
  const shown = ({ config }: LoadedConfig): ConfigValue => {
    const value = flattenConfig(config).get(key)
    return CONFIG_KEYS.get(key)?.secret && value !== undefined ? HIDDEN : value
  }
  return { key, from: shown(before), to: shown(after) }
}

/** Keys that need a restart keep value and origin. */
function takeOver(before: LoadedConfig, after: LoadedConfig): LoadedConfig {
  const values = new Map<string, unknown>(flattenConfig(before.config))
  const origins = new Map(before.origins)
  const read = flattenConfig(after.config)
  for (const { key } of [...CONFIG_KEYS.values()].filter(({ reload }) => reload)) {
    values.set(key, read.get(key))
    origins.set(key, after.origins.get(key) ?? { kind: 'default' })
  }
  const parsed = configSchema.safeParse(nestConfig(values))
  // Rules over several keys hold on each side by themselves; a mixture might break one that joins both kinds.
  if (!parsed.success) throw new CascadeError('CONFIG_INVALID', 'The new values do not fit those that need a restart.')
  return { config: freeze(parsed.data), origins, file: after.file }
}
