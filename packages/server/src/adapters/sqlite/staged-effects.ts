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

/** What becomes of the shared memory: a new space, or the slot of a capsule filled, changed, or emptied. */
export type SlotEffect =
  | { readonly kind: 'space'; readonly space: number; readonly dimensions: number }
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
  readonly bands: number
}

/**
 * What a batch still has to do once all its commands are applied: the text index and the band rows before COMMIT, the
 * shared slots after it. A command that fails takes its own back.
 */
export class StagedEffects {
  #texts: TextEffect[] = []
  #slots: SlotEffect[] = []
  #bands: { readonly band: number; readonly version: number }[] = []
  readonly #versionsByBand = new Map<number, number[]>()

  stageText(effect: TextEffect): void {
    this.#texts.push(effect)
  }

  stageSlot(effect: SlotEffect): void {
    this.#slots.push(effect)
  }

  stageBand(band: number, version: number): void {
    this.#bands.push({ band, version })
    const versions = this.#versionsByBand.get(band)
    if (versions) versions.push(version)
    else this.#versionsByBand.set(band, [version])
  }

  /** Versions of this batch that carry a band, oldest first. */
  versionsWithBand(band: number): readonly number[] {
    return this.#versionsByBand.get(band) ?? []
  }

  mark(): EffectMark {
    return { texts: this.#texts.length, slots: this.#slots.length, bands: this.#bands.length }
  }

  rollbackTo(mark: EffectMark): void {
    this.#texts.length = mark.texts
    this.#slots.length = mark.slots
    for (const { band } of this.#bands.splice(mark.bands)) this.#versionsByBand.get(band)?.pop()
  }

  /** The last word on each row of the text index. */
  texts(): Iterable<TextEffect> {
    const last = new Map<string, TextEffect>()
    for (const effect of this.#texts) last.set(`${effect.table} ${effect.key}`, effect)
    return last.values()
  }

  /** In key order, so that neighbours in the tree are written one after the other. */
  bands(): readonly { readonly band: number; readonly version: number }[] {
    return this.#bands.toSorted((left, right) => left.band - right.band)
  }

  slots(): readonly SlotEffect[] {
    return this.#slots
  }

  clear(): void {
    this.#texts = []
    this.#slots = []
    this.#bands = []
    this.#versionsByBand.clear()
  }
}
