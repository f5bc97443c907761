import type { WORDS } from './spaces.ts'
import type { SlotColumns } from './vector/index.ts'

/** What becomes of the slot of a capsule in shared memory: filled, changed, emptied, or emptied and overwritten. */
export type SlotEffect =
  | {
      readonly kind: 'put'
      readonly space: number
      readonly capsule: number
      readonly vector: Float32Array
      readonly columns: SlotColumns
    }
  | {
      readonly kind: 'columns'
      readonly space: number
      readonly capsule: number
      readonly columns: Partial<SlotColumns>
    }
  /** The head that searches by words filter by. */
  | { readonly kind: 'head'; readonly space: typeof WORDS; readonly capsule: number; readonly columns: SlotColumns }
  | { readonly kind: 'clear' | 'erase'; readonly space: number; readonly capsule: number }

/** What a batch still has to do once it is committed: fill the shared slots. A command that fails takes its own back. */
export class StagedEffects {
  #slots: SlotEffect[] = []

  stageSlot(effect: SlotEffect): void {
    this.#slots.push(effect)
  }

  mark(): number {
    return this.#slots.length
  }

  rollbackTo(mark: number): void {
    this.#slots.length = mark
  }

  slots(): readonly SlotEffect[] {
    return this.#slots
  }

  clear(): void {
    this.#slots = []
  }
}
