/** What a child is to do with the store in the folder, and when it is cut off. */
export interface ArchiveLeg {
  readonly directory: string
  readonly seed: number
  /** Number of the step, from 0, at which it dies: a write of the store, or a call of the place; null for one that ends. */
  readonly diesAt: number | null
  /** Whether the step is carried out before it dies, and how long it has for it. */
  readonly isWithin: boolean
  readonly afterMs: number
}

export const CAPSULES = 24
export const contentOf = (index: number): string => `The ${index}th note says wombat${index} and more. `.repeat(40)
