import type { Change, Grant } from '#store'

/**
 * A space holds the vectors of one model. Most stores have one, the **active** one, which questions are asked in and in
 * which every indexed version has its vector. While the model is changed there is a **shadow** beside it, which is being
 * filled and takes its place when it is complete; what was replaced or given up is **retired** until its vectors are
 * gone. These three are the store's own. Vectors that callers brought under other names stay in spaces of their own.
 */
export interface SpaceState {
  readonly model: string
  readonly dimensions: number
  /** Versions of the store's own that have their vector here, or were found to have none (nothing but punctuation). */
  readonly filled: number
}

/** All read from one state. */
export interface SpacesState {
  /** Null while nobody has named the store's model. */
  readonly active: SpaceState | null
  readonly shadow: SpaceState | null
  /** Models whose vectors are being removed. */
  readonly retired: readonly string[]
  /** Versions that should have a vector of the store's own: indexed, and without one that a caller gave. */
  readonly versions: number
}

/** A version that lacks its vector, with the text it is made of. */
export interface Unembedded {
  readonly id: string
  readonly version: string
  readonly title: string | null
  readonly content: string
}

export interface UnembeddedPage {
  readonly items: readonly Unembedded[]
  /** Hand it back for what comes after; undefined when everything was looked at. */
  readonly next: string | undefined
}

/** The vector of a version; null where its text has no place in the space. */
export interface VersionVector {
  readonly id: string
  readonly version: string
  readonly vector: Float32Array | null
}

export interface SpaceName {
  readonly model: string
  readonly dimensions: number
}

export interface SpaceOpenChange extends Change, SpaceName {
  readonly kind: 'space.open'
  readonly role: 'active' | 'shadow'
}
export interface SpaceSwitchChange extends Change {
  readonly kind: 'space.switch'
  readonly model: string
}
export interface SpaceRetireChange extends Change {
  readonly kind: 'space.retire'
  readonly model: string
}
export interface SpaceFillChange extends Change {
  readonly kind: 'space.fill'
  readonly model: string
  readonly vectors: readonly VersionVector[]
}
export interface SpaceDropChange extends Change {
  readonly kind: 'space.drop'
  readonly model: string
}
export type SpaceChange = SpaceOpenChange | SpaceSwitchChange | SpaceRetireChange | SpaceFillChange | SpaceDropChange

/** The half of the capsule store that knows in which model's space the store's own vectors lie. */
export interface EmbeddingSpaces {
  /** Counts indexes, so it takes a moment in a large store: not for every request. */
  embeddingSpaces(): Promise<SpacesState>
  /**
   * Versions of the store's own that lack a vector of this model: heads first, newest first, then older versions. A page
   * holds at most `limit` and at most `UNEMBEDDED_CHARACTERS_MAX` of text, but at least one where there is one; a model
   * that is no space of the store's own has none.
   */
  listUnembedded(
    model: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<UnembeddedPage>

  /**
   * Names the store's model (`active`, once), or opens the space of the model to come (`shadow`). A space of
   * vectors that callers gave under that name becomes it.
   *
   * CONFLICT when there is another active or shadow space already, or the model's vectors are still being removed;
   * EMBEDDING_MISMATCH when vectors of the model have another number of dimensions.
   */
  openSpace(grant: Grant, role: 'active' | 'shadow', space: SpaceName): Change
  /** The shadow becomes the active space and that one is retired. CONFLICT while a version still lacks its vector. */
  switchSpace(grant: Grant, model: string): Change
  /** Gives the shadow up. CONFLICT when the model is not the shadow's. */
  retireSpace(grant: Grant, model: string): Change
  /**
   * Puts vectors into the active or the shadow space. A version that is gone, has its vector already, or one that a
   * caller gave is passed over. CONFLICT when the model is neither; EMBEDDING_MISMATCH.
   */
  fillSpace(grant: Grant, model: string, vectors: readonly VersionVector[]): Change
  /** Removes a bounded number of a retired space's vectors; with the last of them the space is gone. CONFLICT otherwise. */
  dropVectors(grant: Grant, model: string): Change
}

/** Characters of text in a page of versions without a vector. */
export const UNEMBEDDED_CHARACTERS_MAX = 1024 * 1024
/** Versions that one step of removing a retired space looks at. */
export const DROPPED_VERSIONS_MAX = 2000
