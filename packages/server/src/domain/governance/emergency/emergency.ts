import type { StatedRecord } from '@forge-cascade/contract/records'
import { ACTION_TRAITS, type Action } from '@forge-cascade/contract/vocabulary'
import { CascadeError, type Clock, type Random, saltedDigest, toRfc3339 } from '#base'
import type { Subject } from '#identity'
import { type Command, type Grant, type Records, toRecord, type UnitOfWork } from '#store'
import {
  ALONE_WAIT_MS,
  CALM,
  EMERGENCY_COLLECTION,
  EMERGENCY_KEY,
  type EmergencyCause,
  type EmergencyState,
  isWaiting,
  type Lift,
  lift,
  raise,
} from './emergency-state.ts'

export interface EmergencyOptions {
  readonly store: UnitOfWork & { readonly records: Records }
  readonly clock: Clock
  readonly random: Random
  /** The people who can lift it: administrators and stewards, active, with a credential for that, whom the gate lets. */
  readonly listLifters: () => Promise<readonly Subject[]>
  /** Whether the file that turns it on lies there now. */
  readonly isFileThere: () => boolean
}

/** How the emergency stands. */
export interface EmergencyLook {
  readonly state: EmergencyState
  readonly isFileThere: boolean
  /** Milliseconds since 1970 from when on the only person who may lift it, and asked, can; null where there are more. */
  readonly aloneAfter: number | null
}

/** One call to turn it on or off: with which grant, as which command. */
export interface EmergencyCall<A extends Action> {
  readonly grant: Grant<A>
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

type Told = StatedRecord<'emergency.raised' | 'emergency.lift_asked' | 'emergency.lifted'>

/** True for what is done in an emergency too: what people need to see what happens, and to end it. */
export const goesOn = (action: Action): boolean => ACTION_TRAITS[action].inEmergency === true
/** Records that tell of a stop, and are written although all else stands still. */
const TELLS_OF_A_STOP: ReadonlySet<string> = new Set([
  'import.interrupted',
  'import.cancelled',
  'import.failed',
  'import.noted',
])
const SUBJECT = 'system/emergency'
const ROLES: ReadonlySet<string> = new Set(['administrator', 'steward'])

/**
 * The kill switch. On, nothing is carried out but what sees and ends it; work in flight is told at once, and what does not
 * listen is refused at its next write. What it is survives any end of the process.
 */
export class Emergency {
  readonly #options: EmergencyOptions
  readonly #stops = new Set<(error: CascadeError) => void>()
  #state: EmergencyState
  #abort = new AbortController()
  #isEnforced = false
  /** What counts and could not be written down yet. */
  #unwritten: EmergencyState | undefined
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: EmergencyOptions, state: EmergencyState) {
    this.#options = options
    this.#state = state
    if (state.active) this.#abort.abort(this.#error())
  }

  /** As it was when the process ended. */
  static async open(options: EmergencyOptions): Promise<Emergency> {
    const row = await options.store.records.find<EmergencyState>(EMERGENCY_COLLECTION.name, EMERGENCY_KEY)
    return new Emergency(options, row?.value ?? CALM)
  }

  /** Who waits in vain for a second person is not in it any more. */
  get state(): EmergencyState {
    const now = this.#options.clock()
    return { ...this.#state, lifts: this.#state.lifts.filter((ask) => isWaiting(ask, now)) }
  }

  /** Aborts when it is turned on. Each emergency has one of its own: ask for it anew. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** As it stands, and what is in the way of lifting it. */
  async look(): Promise<EmergencyLook> {
    const { state } = this
    const [first] = state.lifts
    const isAlone = (await this.#lifters()).size === 1
    const aloneAfter = first && isAlone ? first.at + ALONE_WAIT_MS : null
    return { state, isFileThere: this.#options.isFileThere(), aloneAfter }
  }

  active(): boolean {
    return this.#state.active
  }

  /**
   * True where the action may not happen now. A start completes what an end has interrupted, so that this counts from
   * `enforce` on.
   */
  halts(action: Action): boolean {
    return this.stops && !goesOn(action)
  }

  /** Drops the reason of an emergency that is over, where this subject (its id) turned it on. */
  forget(subject: string): void {
    if (!this.#state.active && this.#state.by === subject) this.#state = { ...this.#state, reason: null }
  }

  /** True while it is on and counts. */
  get stops(): boolean {
    return this.#state.active && this.#isEnforced
  }

  /** To be called when the start has done its own work, and before anybody is answered. */
  enforce(): void {
    this.#isEnforced = true
  }

  /** For work in flight, between two steps. @throws CascadeError EMERGENCY_ACTIVE. */
  check(): void {
    if (this.#state.active) throw this.#error()
  }

  /** Why the store does not carry a command out: EMERGENCY_ACTIVE. What tells of a stop is written. */
  refusal({ grant, records }: Pick<Command, 'grant' | 'records'>): CascadeError | undefined {
    if (!this.halts(grant.action)) return undefined
    return records.length > 0 && records.every(({ type }) => TELLS_OF_A_STOP.has(type)) ? undefined : this.#error()
  }

  /** Calls `stop` whenever it is turned on, and at once where it is on; until disposed of. `stop` never throws. */
  whenRaised(stop: (error: CascadeError) => void): Disposable {
    this.#stops.add(stop)
    if (this.#state.active) stop(this.#error())
    return { [Symbol.dispose]: () => void this.#stops.delete(stop) }
  }

  /**
   * Turns it on. It counts at once, also where it cannot be written down.
   *
   * @throws CascadeError STORAGE_FULL or UNAVAILABLE: it is on, and would be forgotten by a restart.
   */
  raise(call: EmergencyCall<'emergency.raise'>, reason: string): Promise<EmergencyState> {
    return this.#raise({ by: call.grant.subject, reason, cause: 'call' }, () => call)
  }

  /**
   * Turns it on because the file lies in the data folder: who may write there is the operator, and nobody is asked before it
   * counts.
   *
   * @param call asked for once it counts, to write it down.
   * @throws CascadeError as `raise`, and what `call` throws.
   */
  raiseByFile(call: () => EmergencyCall<'emergency.raise'>, reason: string): Promise<EmergencyState> {
    return this.#raise({ by: null, reason, cause: 'file' }, call)
  }

  #raise(
    { by, reason, cause }: { readonly by: string | null; readonly reason: string; readonly cause: EmergencyCause },
    ask: () => EmergencyCall<'emergency.raise'>,
  ): Promise<EmergencyState> {
    const next = raise(this.#state, { by, reason, cause, now: this.#options.clock() })
    if (next) {
      this.#become(next)
      this.#unwritten = next
    }
    return this.#inTurn(async () => {
      const due = next ?? this.#unwritten
      if (due) {
        const call = ask()
        const told = { epoch: due.epoch, cause }
        await this.#write(call, due, reason, (digests) =>
          toRecord(call.grant, 'emergency.raised', SUBJECT, told, digests),
        )
      }
      return this.state
    })
  }

  /**
   * Asks to lift it, or lifts it as the second person.
   *
   * @throws CascadeError CONFLICT where it is not on, while the file lies there, for the person who asked already, and for the
   *   only one too early; FORBIDDEN for who may not, and for the only one from elsewhere.
   */
  lift(
    call: EmergencyCall<'emergency.lift'>,
    { reason, isLocal }: { readonly reason: string; readonly isLocal: boolean },
  ): Promise<EmergencyState> {
    return this.#inTurn(async () => {
      const { clock, isFileThere } = this.#options
      if (this.#state.active && isFileThere())
        throw new CascadeError(
          'CONFLICT',
          'The file EMERGENCY lies in the data folder; remove it, then lift the emergency.',
        )
      const lifters = await this.#lifters()
      const before = this.#state
      const by = call.grant.subject
      const outcome = lift(before, { by, now: clock(), lifters, isLocal })
      if (outcome.kind === 'refused') throw refused(outcome)
      const { epoch } = before
      await this.#write(call, outcome.state, reason, (digests) => {
        if (outcome.kind === 'asked') return toRecord(call.grant, 'emergency.lift_asked', SUBJECT, { epoch }, digests)
        const { first, alone } = outcome
        const told = { epoch, first: first.by, second: by, alone, asked_at: toRfc3339(first.at) }
        return toRecord(call.grant, 'emergency.lifted', SUBJECT, told, digests)
      })
      // Turned on again while this was written: that is what counts, and its own row follows this one.
      if (this.#state === before) this.#become(outcome.state)
      return this.state
    })
  }

  async #lifters(): Promise<ReadonlySet<string>> {
    return new Set((await this.#options.listLifters()).filter(mayLift).map(({ id }) => id))
  }

  #become(state: EmergencyState): void {
    const before = this.#state
    this.#state = state
    if (before.active && !state.active) this.#abort = new AbortController()
    if (before.active || !state.active) return
    const error = this.#error()
    this.#abort.abort(error)
    for (const stop of [...this.#stops]) stop(error)
  }

  /** One after the other, so that two calls never both are the first. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn
    return turn
  }

  async #write(
    { grant, command }: EmergencyCall<Action>,
    state: EmergencyState,
    reason: string,
    tell: (digests: { readonly reason: string }) => Told,
  ): Promise<void> {
    const { store, random } = this.#options
    const digestKey = random(new Uint8Array(32))
    const row = { ...state, told: reason, digestKey: Buffer.from(digestKey).toString('hex') }
    const record = tell({ reason: saltedDigest(digestKey, reason) })
    const [outcome] = await store.append([
      {
        ...command,
        grant,
        changes: [store.records.put(grant, EMERGENCY_COLLECTION.name, EMERGENCY_KEY, row)],
        records: [record],
        events: [{ type: `cascade.${record.type}`, subject: SUBJECT, data: { ...record.payload } }],
      },
    ])
    if (!outcome?.ok)
      throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to an emergency.')
    if (this.#unwritten === state) this.#unwritten = undefined
  }

  #error(): CascadeError {
    const { since, reason } = this.#state
    const why = asSentence(reason ?? 'its reason was erased')
    return new CascadeError(
      'EMERGENCY_ACTIVE',
      `An emergency is on since ${toRfc3339(since ?? 0)}: ${why} Nothing is carried out until it is lifted.`,
    )
  }
}

/** Whoever wrote it may have left out the stop. */
const asSentence = (text: string): string => (/[\p{Sentence_Terminal}…]["'”’»)\]]*\s*$/u.test(text) ? text : `${text}.`)

/** Whether a subject is one of those who lift it: a person who is an administrator or a steward. */
export const mayLift = ({ kind, roles }: Subject): boolean => kind === 'person' && roles.some((role) => ROLES.has(role))

function refused(outcome: Extract<Lift, { readonly kind: 'refused' }>): CascadeError {
  if (outcome.why === 'too_early') {
    const retryAfterS = Math.ceil(outcome.waitMs / 1000)
    const detail = `Whoever lifts an emergency alone waits a minute; ask again in ${retryAfterS} s.`
    return new CascadeError('CONFLICT', detail, { retryAfterS })
  }
  const [code, detail] = REFUSALS[outcome.why]
  return new CascadeError(code, detail)
}

const REFUSALS = {
  calm: ['CONFLICT', 'No emergency is on, so that there is nothing to lift.'],
  not_entitled: ['FORBIDDEN', 'An emergency is lifted by people who are administrators or stewards; ask one of them.'],
  same_person: ['CONFLICT', 'You have asked already; another administrator or steward has to lift it.'],
  not_local: [
    'FORBIDDEN',
    'Only one person can lift this emergency, who does so on the machine of the instance: run `cascade emergency off` there.',
  ],
} as const
