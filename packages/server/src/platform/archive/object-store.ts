/** A stretch of an object. */
export interface ObjectRange {
  readonly offset: number
  readonly bytes: number
}

/**
 * Whole objects under names, away from the store: a folder, or a bucket. An object is there whole or not at all, and what
 * was acknowledged is on the disk of whoever keeps it.
 *
 * Names are 1-200 of a-z, 0-9, `-` and `.`, begin with a letter or digit and hold no `..`, so that none leads anywhere else.
 *
 * Failures: UNAVAILABLE when the place does not answer, refuses, or is not there; STORAGE_FULL; UNPROCESSABLE for a name
 * or an object that is none.
 */
export interface ObjectStore {
  /** Where it is, for people: an address without credentials. */
  readonly place: string
  /** Puts an object in the place of what was there. At most `OBJECT_BYTES_MAX`. */
  put(name: string, bytes: Uint8Array): Promise<void>
  /** The object, or a stretch of it, shorter where the object ends before; undefined when there is none. */
  get(name: string, range?: ObjectRange): Promise<Uint8Array | undefined>
  /** Nothing happens where there is none. */
  delete(name: string): Promise<void>
  /** The names of all objects, in order; UNAVAILABLE where they are more than `OBJECTS_LISTED_MAX`. */
  list(): Promise<readonly string[]>
}

/** What is sent in one piece, and held in memory as a whole. */
export const OBJECT_BYTES_MAX = 256 * 1024 * 1024

/** Objects of one place, above which it is not looked through: far more than any archive has. */
export const OBJECTS_LISTED_MAX = 1_000_000

export const OBJECT_NAME_LENGTH_MAX = 200

const NAME = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.))*$/

export const isObjectName = (name: string): boolean => name.length <= OBJECT_NAME_LENGTH_MAX && NAME.test(name)
