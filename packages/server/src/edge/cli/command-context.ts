import type { Command } from 'commander'
import { CascadeError, isCascadeError } from '#base'
import { type ConfigFlags, type LoadedConfig, loadConfig } from '#config'
import type { CliIo } from './cli-io.ts'
import type { CommandDescription } from './command-description.ts'
import { connectLocal, connectRemote, readToken } from './connect.ts'
import type { GlobalSettings } from './global-settings.ts'
import type { Interrupts } from './interrupts.ts'
import type { LocalInstance, StartInstance } from './local-instance.ts'
import type { Screen } from './screen.ts'
import { type Connection, Session } from './session.ts'

interface Parts {
  readonly io: CliIo
  readonly screen: Screen
  readonly settings: GlobalSettings
  readonly interrupts: Interrupts
  /** The whole tree, for completion. */
  readonly program: Command
  /** Every command there is, for help. */
  readonly describe: () => readonly CommandDescription[]
}

/** How long the successor of an instance that gave its folder away is waited for before the folder is opened again. */
const SUCCESSOR_MS_MAX = 5_000

/** What every command works with. */
export class CommandContext implements AsyncDisposable {
  readonly io: CliIo
  readonly screen: Screen
  readonly settings: GlobalSettings
  readonly interrupts: Interrupts
  readonly program: Command
  readonly describe: () => readonly CommandDescription[]
  #session: Promise<Session> | undefined
  readonly #started: Promise<LocalInstance>[] = []
  #mayOwn = true
  #lends = false
  #mayMake = true
  /** Since when this command may open the folder, in milliseconds since 1970. */
  #mayOwnFrom = 0

  constructor({ io, screen, settings, interrupts, program, describe }: Parts) {
    this.io = io
    this.screen = screen
    this.settings = settings
    this.interrupts = interrupts
    this.program = program
    this.describe = describe
  }

  /** @throws CascadeError CONFIG_INVALID */
  loadConfig(flags: ConfigFlags = {}): LoadedConfig {
    const { data, config } = this.settings
    return loadConfig({ flags: { data, config, ...flags }, env: this.io.env, cwd: this.io.cwd })
  }

  /** The instance this command speaks to; found or started once. */
  openSession(): Promise<Session> {
    this.#session ??= Session.open(() => this.#connectHeard(), this.io.random, this.interrupts.signal).catch(
      (error) => {
        // Whoever asks again may find what was missing.
        this.#session = undefined
        throw error
      },
    )
    return this.#session
  }

  /** Gives the data folder back where this process owns it; the next call looks for an instance anew. */
  async release(): Promise<void> {
    this.#session = undefined
    await this.#stopStarted()
  }

  /** From now on instances are spoken to and none is started: who waits for one to come back must not take its place. */
  neverOwn(): void {
    this.#mayOwn = false
  }

  /** From now on no store is made: whoever only looks says that nothing is there. */
  neverMake(): void {
    this.#mayMake = false
  }

  /** From now on an instance that this command becomes gives its folder to a server that asks for it. */
  lendFolder(): void {
    this.#lends = true
  }

  /** Starts an instance that ends with the command at the latest. */
  readonly startInstance: StartInstance = (loaded, options) => {
    if (!this.#mayOwn) return Promise.reject(new CascadeError('NO_SERVER', 'No instance owns the data folder.'))
    const starting = this.io.startInstance(loaded, options).catch((error: unknown) => Promise.reject(causeOf(error)))
    this.#started.push(starting)
    void starting.then(({ stopped }) => stopped).then(() => this.#gaveBack(), ignore)
    return starting
  }

  /** True when the command speaks to an address, so that paths are those of another machine. */
  get isRemote(): boolean {
    return this.#url !== undefined
  }

  get #url(): string | undefined {
    return this.settings.url ?? (this.io.env.CASCADE_URL || undefined)
  }

  /** True when nobody but whoever may open the data folder is named: no address, and no token. */
  get isOperator(): boolean {
    return !this.isRemote && this.#token() === undefined
  }

  /** What the gate warns of is told to the person, whatever the command does. */
  async #connectHeard(): Promise<Connection> {
    const connection = await this.#connect()
    connection.client.tellWarnings((warning) => this.screen.warn(warning))
    return connection
  }

  #connect(): Promise<Connection> | Connection {
    const { signal } = this.interrupts
    if (this.#url !== undefined) return connectRemote(this.#url, this.#token(), signal)
    const log = this.settings.json ? 'none' : 'errors'
    const { clock } = this.io
    const mayOwn = () => clock() >= this.#mayOwnFrom
    return connectLocal(this.loadConfig(), this.startInstance, {
      clock,
      log,
      signal,
      token: this.#token(),
      lent: this.#lends,
      mayOwn,
      mayMake: this.#mayMake,
    })
  }

  /** Whoever asked for the folder opens it next: taking it back at once would race with them. */
  #gaveBack(): void {
    if (this.#lends) this.#mayOwnFrom = this.io.clock() + SUCCESSOR_MS_MAX
  }

  /** The token that was named; undefined where that of the data folder is used, if there is one. */
  #token(): string | undefined {
    const { tokenFile } = this.settings
    return tokenFile === undefined ? this.io.env.CASCADE_TOKEN || undefined : readToken(tokenFile)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopStarted()
  }

  async #stopStarted(): Promise<void> {
    // An instance that did not start has told its command why, and left nothing to stop.
    const started = await Promise.allSettled(this.#started.splice(0))
    for (const each of started) if (each.status === 'fulfilled') await each.value.stop('the command is done')
  }
}

/** Whoever started the instance hears why it did not start, or broke. */
const ignore = (): void => undefined

/** A boot that failed says in its cause what a person can act on. */
export const causeOf = (error: unknown): unknown =>
  isCascadeError(error) && error.code === 'BOOT_FAILED' && isCascadeError(error.cause) ? error.cause : error
