import type { SlotColumns } from './vector/index.ts'

/** A row of one of the two text indexes, or its removal when `text` is null. */
export interface TextEffect {
  readonly table: 'fts_head' | 'fts_rest'
  readonly key: number
  readonly text: IndexedText | null
}

export interface IndexedText {
  readonly title: string
  readonly tags: string
  readonly content: string
}

/** What becomes of the slot of a capsule in shared memory: filled, changed, or emptied. */
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
  | { readonly kind: 'clear'; readonly space: number; readonly capsule: number }

export interface EffectMark {
  readonly texts: number
  readonly slots: number
}

/**
 * What a batch still has to do once all its commands are applied: the text index before COMMIT, the shared slots after
 * it. A command that fails takes its own back.
 */
export class StagedEffects {
  #texts: TextEffect[] = []
  #slots: SlotEffect[] = []

  stageText(effect: TextEffect): void {
    this.#texts.push(effect)
  }

  stageSlot(effect: SlotEffect): void {
    this.#slots.push(effect)
  }

  mark(): EffectMark {
    return { texts: this.#texts.length, slots: this.#slots.length }
  }

  rollbackTo(mark: EffectMark): void {
    this.#texts.length = mark.texts
    this.#slots.length = mark.slots
  }

  /** The last word on each row of the text index. */
  texts(): Iterable<TextEffect> {
    const last = new Map<string, TextEffect>()
    for (const effect of this.#texts) last.set(`${effect.table} ${effect.key}`, effect)
    return last.values()
  }

  slots(): readonly SlotEffect[] {
    return this.#slots
  }

  clear(): void {
    this.#texts = []
    this.#slots = []
  }
}
