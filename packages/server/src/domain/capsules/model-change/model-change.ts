import type { RecordPayload } from '@forge-cascade/contract/records'
import { CascadeError, type Clock, isCascadeError, isWithin, sha256Hex } from '#base'
import type { Change, Grant } from '#store'
import type { Store } from '../../store.ts'
import { absentEmbedder, type Embedder, type Embedders, renamed } from '../embedding/index.ts'
import type { SpaceName, SpacesState } from '../embedding-spaces.ts'
import type { Call } from '../use-cases/context.ts'
import {
  CHANGE_KEY,
  type ChangeEvent,
  type ChangeRecord,
  type ChangeStep,
  MODEL_COLLECTION,
  tellChange,
} from './change-record.ts'
import { SpaceFiller } from './space-filler.ts'
import { Troubles } from './troubles.ts'

export interface ModelChangeOptions {
  readonly store: Store
  readonly embedders: Embedders
  /** The embedder of the configuration. */
  readonly configured: Embedder
  /** The embedder of a model that is not configured any more; undefined where nothing here can make its vectors. */
  readonly openFormer: (model: string) => Embedder | undefined
  readonly clock: Clock
  readonly newId: () => string
  /** Told of what a person should see in the log. */
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** How the vectors stand. */
export interface ModelState {
  readonly spaces: SpacesState
  /** False while nothing here can make vectors of the active model: questions are then answered by words. */
  readonly isActiveAvailable: boolean
  readonly configured: SpaceName
  readonly change: ModelChangeState | null
}

export interface ModelChangeState {
  readonly model: string
  readonly dimensions: number
  /** waiting: for an embedder that is away. stopped: something must be mended. removing: the old vectors go. */
  readonly state: 'running' | 'paused' | 'waiting' | 'stopped' | 'cancelled' | 'removing'
  readonly done: number
  readonly total: number
  readonly startedAt: number | null
  readonly perSecond: number | null
  /** Versions whose text the model refuses by itself; they are found by words. */
  readonly refused: number
  readonly problem: string | null
  readonly retryAt: number | null
}

type Maintain = () => Grant<'system.maintain'>

/** The switch is tried again when somebody wrote in between; so often at most without anything being left to do. */
const SWITCHES_MAX = 3
/** How often a complete space is looked at: few versions come without their vector, and counting reads whole indexes. */
export const TEND_MS = 60_000

/**
 * Moves a store from one model's vectors to another's: the store goes on answering from the active space while the
 * shadow is filled in steps, and changes over in one transaction. What is missing the rows say, so that an end of the
 * process at any moment costs a step and nothing else.
 */
export class ModelChange {
  readonly #options: ModelChangeOptions
  readonly #filler: SpaceFiller
  readonly #troubles: Troubles
  /** The configured embedder, under the name that its vectors have in this store. */
  #target: Embedder
  #isActiveAvailable = true
  #spaces: SpacesState
  #record: ChangeRecord | undefined
  /** When the active space was last found complete. */
  #tendedAt = Number.NEGATIVE_INFINITY
  #switches = 0

  private constructor(options: ModelChangeOptions, spaces: SpacesState, record: ChangeRecord | undefined) {
    this.#options = options
    this.#spaces = spaces
    this.#record = record
    this.#target = options.configured
    this.#troubles = new Troubles(options.clock)
    this.#filler = new SpaceFiller({ capsules: options.store.capsules, clock: options.clock, warn: options.warn })
  }

  /**
   * Looks at what the store has, names its model where it has none yet, and says which embedders count from now on. To be
   * called before anything is written or asked.
   */
  static async open(options: ModelChangeOptions, grant: Maintain): Promise<ModelChange> {
    const record = await options.store.records.find<ChangeRecord>(MODEL_COLLECTION.name, CHANGE_KEY)
    const change = new ModelChange(options, await options.store.capsules.embeddingSpaces(), record?.value)
    await change.#begin(grant)
    return change
  }

  async state(): Promise<ModelState> {
    const spaces = await this.#options.store.capsules.embeddingSpaces()
    const configured = { model: this.#target.model, dimensions: this.#target.dimensions }
    return { spaces, isActiveAvailable: this.#isActiveAvailable, configured, change: this.#changeOf(spaces) }
  }

  /** Begins what was cancelled. @throws CascadeError CONFLICT when there is nothing to change, or old vectors are still going. */
  async start(call: Call<'system.embed'>): Promise<void> {
    if (this.#spaces.shadow) throw new CascadeError('CONFLICT', 'The model is being changed already.')
    if (!this.#isOther()) throw new CascadeError('CONFLICT', `The vectors are those of ${this.#target.model} already.`)
    if (this.#spaces.retired.includes(this.#target.model)) {
      throw new CascadeError(
        'CONFLICT',
        `Vectors of ${this.#target.model} are still being removed; try again in a moment.`,
      )
    }
    await this.#openShadow(call.grant)
  }

  /** @throws CascadeError CONFLICT when nothing is running. */
  async pause(call: Call<'system.embed'>): Promise<void> {
    await this.#turn(call.grant, 'running', 'paused', 'embedding.paused')
  }

  /** Goes on after a pause, or at once after a failure. @throws CascadeError CONFLICT when there is nothing to go on with. */
  async resume(call: Call<'system.embed'>): Promise<void> {
    const hadTrouble = this.#troubles.forget()
    if (hadTrouble && this.#record?.state === 'running') return
    await this.#turn(call.grant, 'paused', 'running', 'embedding.resumed')
  }

  /** Gives the change up: the store stays with the model it has. @throws CascadeError CONFLICT. */
  async cancel(call: Call<'system.embed'>): Promise<void> {
    const { shadow, active } = this.#spaces
    if (!shadow || !active) throw new CascadeError('CONFLICT', 'The model is not being changed.')
    if (!this.#isActiveAvailable) {
      throw new CascadeError(
        'CONFLICT',
        `Nothing here makes vectors of ${active.model}: the store cannot stay with it.`,
      )
    }
    const { capsules } = this.#options.store
    await this.#append(call.grant, 'embedding.cancelled', [capsules.retireSpace(call.grant, shadow.model)], 'cancelled')
    this.#options.embedders.use(this.#options.embedders.active, undefined)
    this.#troubles.forget()
  }

  /**
   * Does a bounded piece of what is to be done.
   *
   * @returns false when there is nothing to do at the moment.
   */
  async step(grant: Maintain, signal: AbortSignal): Promise<boolean> {
    if (!this.#troubles.isOver()) return false
    const shadow = this.#spaces.shadow?.model
    try {
      const did = await this.#next(grant, signal)
      this.#troubles.succeeded()
      return did
    } catch (error) {
      if (signal.aborted) return false
      if (!isCascadeError(error)) throw error
      this.#spaces = await this.#options.store.capsules.embeddingSpaces()
      // Given up while the step was under way: there is nothing to be held up any more.
      if (this.#spaces.shadow?.model !== shadow) return true
      this.#options.warn('the change of the model is held up', { code: error.code, reason: error.detail })
      this.#troubles.note(error)
      return false
    }
  }

  #next(grant: Maintain, signal: AbortSignal): Promise<boolean> {
    const { shadow, retired } = this.#spaces
    const isRunning = this.#record?.state === 'running'
    if (shadow && isRunning) return this.#fillShadow(grant, signal)
    const [model] = retired
    if (model !== undefined) return this.#drop(grant, model)
    if (isRunning && this.#isOther()) return this.#openShadow(grant()).then(() => true)
    return this.#tend(grant, signal)
  }

  async #begin(grant: Maintain): Promise<void> {
    const { embedders, configured, openFormer, store } = this.#options
    const { active } = this.#spaces
    if (!active) {
      const one = grant()
      const { model, dimensions } = configured
      await this.#write(one, 'embedding.adopted', { model }, [
        store.capsules.openSpace(one, 'active', { model, dimensions }),
      ])
      this.#spaces = await store.capsules.embeddingSpaces()
      embedders.use(configured, undefined)
      return
    }
    this.#target = nameOf(configured, active)
    if (!this.#isOther()) {
      embedders.use(this.#target, undefined)
      return this.#giveUpOther(grant)
    }
    const former = openFormer(active.model)
    this.#isActiveAvailable = former !== undefined && former.dimensions === active.dimensions
    const standIn = absentEmbedder(active.model, active.dimensions, this.#target.model)
    embedders.use(this.#isActiveAvailable && former ? former : standIn, undefined)
    await this.#giveUpOther(grant)
    const isCancelled = this.#record?.state === 'cancelled' && this.#record.model === this.#target.model
    if (isCancelled && this.#isActiveAvailable) return
    if (this.#spaces.shadow) embedders.use(embedders.active, this.#target)
    else if (this.#spaces.retired.includes(this.#target.model))
      await this.#putRecord(grant(), 'running', 'embedding.started')
    else await this.#openShadow(grant())
  }

  /** A shadow of another model than the one that is configured now. */
  async #giveUpOther(grant: Maintain): Promise<void> {
    const { shadow } = this.#spaces
    if (!shadow || (shadow.model === this.#target.model && this.#isOther())) return
    const one = grant()
    const change = this.#options.store.capsules.retireSpace(one, shadow.model)
    await this.#append(one, 'embedding.superseded', [change], 'superseded', shadow.model)
  }

  #isOther(): boolean {
    return this.#spaces.active?.model !== this.#target.model
  }

  async #openShadow(grant: Grant): Promise<void> {
    const { capsules } = this.#options.store
    const { model, dimensions } = this.#target
    await this.#append(
      grant,
      'embedding.started',
      [capsules.openSpace(grant, 'shadow', { model, dimensions })],
      'running',
    )
    this.#options.embedders.use(this.#options.embedders.active, this.#target)
  }

  async #fillShadow(grant: Maintain, signal: AbortSignal): Promise<boolean> {
    const batch = await this.#filler.next(this.#target, signal)
    if (batch) {
      this.#switches = 0
      const one = grant()
      const change = this.#options.store.capsules.fillSpace(one, this.#target.model, batch.vectors)
      const { model } = this.#target
      await this.#write(one, 'embedding.filled', { model, versions: batch.vectors.length }, [change])
      this.#filler.wrote(batch)
      return true
    }
    return this.#switchOver(grant)
  }

  async #switchOver(grant: Maintain): Promise<boolean> {
    const { store, embedders } = this.#options
    const one = grant()
    try {
      await this.#append(one, 'embedding.completed', [store.capsules.switchSpace(one, this.#target.model)], 'completed')
    } catch (error) {
      // Somebody wrote since the last look: what that was is found by another.
      if (isCascadeError(error) && error.code === 'CONFLICT' && ++this.#switches < SWITCHES_MAX) return true
      throw error
    }
    embedders.use(this.#target, undefined)
    this.#isActiveAvailable = true
    this.#tendedAt = Number.NEGATIVE_INFINITY
    return true
  }

  async #drop(grant: Maintain, model: string): Promise<boolean> {
    const one = grant()
    const { capsules } = this.#options.store
    await this.#write(one, 'embedding.removed', { model }, [capsules.dropVectors(one, model)])
    const { retired } = await capsules.embeddingSpaces()
    this.#spaces = { ...this.#spaces, retired }
    return true
  }

  /** Versions that were written while their embedder was another, or away, get the vector they lack. */
  async #tend(grant: Maintain, signal: AbortSignal): Promise<boolean> {
    const { store, embedders, clock } = this.#options
    if (!this.#isActiveAvailable || isWithin(clock(), this.#tendedAt, TEND_MS)) return false
    const { active, versions } = await store.capsules.embeddingSpaces()
    const isComplete = active === null || active.filled >= versions
    const batch = isComplete ? undefined : await this.#filler.next(embedders.active, signal)
    if (!batch) {
      this.#tendedAt = clock()
      return false
    }
    const one = grant()
    const { model } = embedders.active
    await this.#write(one, 'embedding.filled', { model, versions: batch.vectors.length }, [
      store.capsules.fillSpace(one, model, batch.vectors),
    ])
    this.#filler.wrote(batch)
    return true
  }

  async #turn(grant: Grant, from: ChangeRecord['state'], to: ChangeRecord['state'], event: ChangeEvent): Promise<void> {
    if (!this.#spaces.shadow || this.#record?.state !== from) {
      throw new CascadeError('CONFLICT', `The change of the model is not ${from}.`)
    }
    await this.#putRecord(grant, to, event)
  }

  #putRecord(grant: Grant, state: ChangeRecord['state'], event: ChangeEvent): Promise<void> {
    return this.#append(grant, event, [], state)
  }

  /** Writes a change of the spaces together with the record of where the change of the model stands. */
  async #append(
    grant: Grant,
    event: ChangeEvent,
    changes: readonly Change[],
    state: ChangeRecord['state'],
    model = this.#target.model,
  ): Promise<void> {
    const { store, clock } = this.#options
    const from = this.#spaces.active?.model ?? model
    const isNew = event === 'embedding.started' || this.#record === undefined
    const startedAt = isNew ? clock() : (this.#record?.startedAt ?? clock())
    const record = { model, from, state, startedAt, updatedAt: clock() }
    const put = store.records.put(grant, MODEL_COLLECTION.name, CHANGE_KEY, record)
    await this.#write(grant, event, from === model ? { model } : { model, from }, [...changes, put])
    this.#record = record
    this.#spaces = await store.capsules.embeddingSpaces()
  }

  async #write<T extends ChangeEvent | ChangeStep>(
    grant: Grant,
    type: T,
    payload: RecordPayload<T>,
    changes: readonly Change[],
  ): Promise<void> {
    const { store, newId } = this.#options
    const id = sha256Hex(`embedding:${newId()}`).slice(0, 32)
    const [outcome] = await store.append([{ id, grant, changes, ...tellChange(grant, type, payload) }])
    if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a change.')
  }

  #changeOf(spaces: SpacesState): ModelChangeState | null {
    const { shadow, active, retired, versions } = spaces
    const { perSecond, refused } = this.#filler.progress()
    const trouble = this.#troubles.current()
    const base = { startedAt: this.#record?.startedAt ?? null, perSecond, refused, ...trouble }
    if (shadow) {
      const isPaused = this.#record?.state === 'paused'
      const state = isPaused
        ? 'paused'
        : trouble.problem === null
          ? 'running'
          : trouble.retryAt === null
            ? 'stopped'
            : 'waiting'
      return {
        ...base,
        model: shadow.model,
        dimensions: shadow.dimensions,
        state,
        done: shadow.filled,
        total: versions,
      }
    }
    const { model, dimensions } = this.#target
    const still = { ...base, model, dimensions, done: active?.filled ?? 0, total: versions, perSecond: null }
    if (retired.length > 0) return { ...still, state: 'removing' }
    return active && active.model !== model ? { ...still, state: 'cancelled', done: 0 } : null
  }
}

/** The name of a model says nothing of its dimensions; where those are other ones, its vectors need another name. */
function nameOf(configured: Embedder, active: SpaceName): Embedder {
  const { model, dimensions } = configured
  const full = `${model}:${dimensions}`
  const isClash = active.model === model && active.dimensions !== dimensions
  return isClash || active.model === full ? renamed(configured, full) : configured
}
