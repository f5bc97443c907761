import { setTimeout as pause } from 'node:timers/promises'
import type { AnswerOf, OperationId } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, type Random } from '#base'
import { type Called, type CallInput, methodOf, pathOf, prepareCall, sendCall } from './api.ts'
import type { HttpClient } from './http-client.ts'

/** A way to an instance that was found, or made. */
export interface Connection {
  /** `remote`: at an address; `client`: of the process that owns the folder; `owner`: this process runs it. */
  readonly kind: 'remote' | 'client' | 'owner'
  readonly client: HttpClient
}

/** How often one call looks for a new owner of the folder after the one it was sent to has left. */
const RECONNECTS_MAX = 8
/** An owner that is leaving still answers; the longer it takes, the longer the pauses. */
const LEAVING_MS_FIRST = 20
const LEAVING_MS_MAX = 500
/** What a client of a folder sees while its owner leaves. */
const OWNER_LEFT: ReadonlySet<string> = new Set(['NO_SERVER', 'UNAVAILABLE'])

/** The calls of one command, over a connection that outlives the process it began with. */
export class Session {
  readonly #connect: () => Promise<Connection> | Connection
  readonly #random: Random
  readonly #signal: AbortSignal
  #connection: Connection
  #reconnecting: Promise<void> | undefined

  private constructor(
    connect: () => Promise<Connection> | Connection,
    connection: Connection,
    random: Random,
    signal: AbortSignal,
  ) {
    this.#connect = connect
    this.#connection = connection
    this.#random = random
    this.#signal = signal
  }

  /** @param signal when it is aborted, calls fail and no new owner is looked for. */
  static async open(
    connect: () => Promise<Connection> | Connection,
    random: Random,
    signal: AbortSignal,
  ): Promise<Session> {
    return new Session(connect, await connect(), random, signal)
  }

  get kind(): Connection['kind'] {
    return this.#connection.kind
  }

  /** Calls an operation; the answer is what the contract says. */
  async ask<Id extends OperationId>(id: Id, input: CallInput = {}): Promise<AnswerOf<Id>> {
    return (await this.call(id, input)).answer
  }

  /**
   * Calls an operation. When the process that owned the folder left meanwhile, its successor is asked, which may be this
   * process; only calls that count once are sent again.
   */
  async call<Id extends OperationId>(id: Id, input: CallInput = {}): Promise<Called<Id>> {
    const prepared = prepareCall(id, input, this.#random)
    for (let sent = 1; ; sent += 1) {
      const connection = this.#connection
      try {
        return await sendCall(connection.client, prepared)
      } catch (error) {
        if (sent > RECONNECTS_MAX || input.signal?.aborted || !this.#mayGoOn(error)) throw error
        if (isLeaving(error)) await pause(Math.min(LEAVING_MS_MAX, LEAVING_MS_FIRST * 2 ** (sent - 1)))
        // Of calls that fail together the first looks for the new owner, and the others speak to whom it has found.
        if (connection === this.#connection) await this.reconnect()
        if (!prepared.repeatable) throw outcomeUnknown(id, error)
      }
    }
  }

  /** Lines of an answer, as they come; what breaks off is not begun again. */
  lines(
    id: OperationId,
    { params, query, body }: CallInput = {},
    headers: Readonly<Record<string, string>> = {},
  ): AsyncGenerator<string, void, undefined> {
    return this.#connection.client.lines(methodOf(id), pathOf(id, params), { query, body, headers })
  }

  /** Bytes of an answer, as they come; what breaks off is not begun again. */
  bytes(id: OperationId, { params, query, body }: CallInput = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#connection.client.bytes(methodOf(id), pathOf(id, params), { query, body })
  }

  /** Finds the folder's owner anew; whoever asks meanwhile waits for the same answer. */
  reconnect(): Promise<void> {
    this.#reconnecting ??= this.#findOwner().finally(() => {
      this.#reconnecting = undefined
    })
    return this.#reconnecting
  }

  async #findOwner(): Promise<void> {
    this.#connection = await this.#connect()
  }

  #mayGoOn(error: unknown): boolean {
    return this.kind !== 'remote' && !this.#signal.aborted && isCascadeError(error) && OWNER_LEFT.has(error.code)
  }
}

const isLeaving = (error: unknown): boolean => isCascadeError(error) && error.code === 'UNAVAILABLE'

const outcomeUnknown = (id: string, cause: unknown): CascadeError =>
  new CascadeError(
    'OUTCOME_UNKNOWN',
    `The process that owned the data folder left during ${id}. Look whether it was done, and run the command again if not.`,
    { cause },
  )
