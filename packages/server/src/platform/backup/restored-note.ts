/** Where a restored store stands in its log. */
export interface LogPlace {
  /** Index of the newest leaf; -1 for none. */
  readonly sequence: number
  /** Its hash, hex; empty for none. */
  readonly hash: string
}

/**
 * What a restore leaves beside the store, for the instance that opens it first: it begins a log of its own, and its first
 * leaf says so.
 */
export interface RestoredNote {
  /** UUIDv7 of the new log. */
  readonly origin: string
  /** RFC 3339. */
  readonly restoredAt: string
  /** Where the old log was left. */
  readonly from: LogPlace
  /** How far the store had come that was replaced; null when there was none, or when it could not be read. */
  readonly replaced: LogPlace | null
}

/** Name of the note in the data folder. */
export const RESTORED_NOTE = 'restored.json'
