import type { SpaceHandle } from './vector/index.ts'
import { JointScan, type ScanTeam, TOGETHER_MAX, type VectorReader, VectorSpace } from './vector/index.ts'
import type { SpaceAnnouncement } from './vector-slots.ts'

interface KnownSpace {
  readonly handle: SpaceHandle
  readonly joint: JointScan
}

/** Readers of each space in one thread: one that searches alone, and some whose searches are scanned as one. */
export class SpaceReaders {
  /** By key of the space. */
  readonly alone = new Map<number, VectorReader>()
  readonly #first: number
  readonly #teamOf: (space: number) => ScanTeam
  readonly #spaces = new Map<number, KnownSpace>()
  readonly #together = Array.from({ length: TOGETHER_MAX }, () => new Map<number, VectorReader>())

  /**
   * @param thread its number among those of the store that read, from 0.
   * @param teamOf who may help with scans of a space.
   */
  constructor(thread: number, teamOf: (space: number) => ScanTeam) {
    this.#first = thread * (1 + TOGETHER_MAX)
    this.#teamOf = teamOf
  }

  attach({ key, handle }: SpaceAnnouncement): void {
    for (const readers of this.#together) readers.delete(key)
    this.alone.delete(key)
    this.#spaces.delete(key)
    if (!handle) return
    this.#spaces.set(key, { handle, joint: new JointScan() })
    this.alone.set(key, VectorSpace.attach(handle, { reader: this.#first, team: this.#teamOf(key) }))
  }

  /** Those of one of the searches that go together, from 0 to TOGETHER_MAX without it; they are made when first asked for. */
  together(place: number): ReadonlyMap<number, VectorReader> {
    const readers = this.#together[place]!
    for (const [key, { handle, joint }] of this.#spaces) {
      if (readers.has(key)) continue
      readers.set(key, VectorSpace.attach(handle, { reader: this.#first + 1 + place, joint }))
    }
    return readers
  }
}
