import { isCascadeError, messageOf } from '#base'
import type { Database } from './database.ts'
import { readSlots } from './slot-rows.ts'
import { ROLES, type Space, type SpacesCommitted, WORDS } from './spaces.ts'
import type { SlotEffect } from './staged-effects.ts'
import { type SpaceHandle, VectorSpace } from './vector/index.ts'

/** A space as readers get to know it. */
export interface SpaceAnnouncement {
  /** Key of the space's row. */
  readonly key: number
  /** Null for a space that is gone: its memory is free once nobody holds it. */
  readonly handle: SpaceHandle | null
}

/**
 * The vectors of all heads in shared memory, a space for each model, and beside them what searches by words filter by.
 * The slot of a capsule is its key less one. Nothing here is kept: the rows are the truth, and opening the store fills
 * the slots anew.
 */
export class VectorSlots {
  readonly #spaces = new Map<number, VectorSpace>()
  /** Undefined where its memory was refused: rows alone filter then. */
  #words: VectorSpace | undefined
  readonly #announce: (space: SpaceAnnouncement) => void

  /** @param announce tells the readers of a space before anything in it is acknowledged. */
  constructor(announce: (space: SpaceAnnouncement) => void) {
    this.#announce = announce
  }

  /** Fills the slots from the rows; returns how many. */
  load(database: Database): number {
    const spaces = database.all<Space>('SELECT key, model, dimensions, role FROM spaces')
    for (const { key, dimensions, role } of spaces) if (role !== ROLES.retired) this.#open(key, dimensions)
    this.#openWords()
    let count = 0
    const own = { active: keyOf(spaces, ROLES.active), shadow: keyOf(spaces, ROLES.shadow) }
    for (const slots of readSlots(database, own)) {
      for (const { capsule, space, vector, columns } of slots) {
        this.#words?.putColumns(capsule - 1, columns)
        if (space === null || !vector) continue
        this.#spaces.get(space)?.putBytes(capsule - 1, vector, columns)
        count++
      }
    }
    return count
  }

  /**
   * Makes the changes of a committed batch visible to searches. What was committed stays committed whatever happens here:
   * a slot whose memory is refused leaves its capsule to be found by words, `doctor` counts it, and the next start tries
   * again.
   *
   * @returns what went wrong, if anything did.
   */
  publish({ opened, closed }: SpacesCommitted, effects: readonly SlotEffect[]): string | undefined {
    let trouble: string | undefined
    const attempt = (work: () => void): void => {
      try {
        work()
      } catch (error) {
        trouble ??= messageOf(error)
      }
    }
    for (const key of closed) this.#close(key)
    for (const { key, dimensions } of opened) attempt(() => this.#open(key, dimensions))
    for (const effect of effects) attempt(() => this.#apply(effect))
    return trouble
  }

  /** How many slots are filled, over all spaces. */
  count(): number {
    let count = 0
    for (const space of this.#spaces.values()) count += space.reader.countPassing({})
    return count
  }

  #apply(effect: SlotEffect): void {
    if (effect.space === WORDS) {
      this.#applyToWords(effect)
      return
    }
    const space = this.#spaces.get(effect.space)
    if (effect.kind === 'put') space?.put(effect.capsule - 1, effect.vector, effect.columns)
    else if (effect.kind === 'clear') space?.clear(effect.capsule - 1)
    else if (effect.kind === 'columns' && space?.isFilled(effect.capsule - 1))
      space.setColumns(effect.capsule - 1, effect.columns)
    else if (effect.kind === 'erase') space?.erase(effect.capsule - 1)
  }

  #open(key: number, dimensions: number): void {
    const space = VectorSpace.create(dimensions)
    this.#spaces.set(key, space)
    this.#announce({ key, handle: space.handle() })
  }

  #applyToWords(effect: SlotEffect): void {
    try {
      if (effect.kind === 'head') this.#words?.putColumns(effect.capsule - 1, effect.columns)
      else if (effect.kind === 'clear') this.#words?.clear(effect.capsule - 1)
      else if (effect.kind === 'columns' && this.#words?.isFilled(effect.capsule - 1))
        this.#words.setColumns(effect.capsule - 1, effect.columns)
    } catch (error) {
      // With one head missing it would hide it: without it rows decide about all.
      this.#words = undefined
      this.#announce({ key: WORDS, handle: null })
      throw error
    }
  }

  #openWords(): void {
    try {
      this.#words = VectorSpace.withoutVectors()
    } catch (error) {
      if (!isCascadeError(error) || error.code !== 'UNAVAILABLE') throw error
      return
    }
    this.#announce({ key: WORDS, handle: this.#words.handle() })
  }

  #close(key: number): void {
    this.#spaces.delete(key)
    this.#announce({ key, handle: null })
  }
}

const keyOf = (spaces: readonly Space[], role: Space['role']): number | null =>
  spaces.find((space) => space.role === role)?.key ?? null
