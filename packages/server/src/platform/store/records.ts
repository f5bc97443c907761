import type { Change } from './change.ts'
import type { Grant } from './grant.ts'

/**
 * A collection of small documents that a context keeps: subjects, imports, sessions, policies. Declared once, in code,
 * and handed to the store when it opens; secondary indexes name members of the value (`indexes: ['name']`), whose
 * strings, numbers or booleans become findable. No query language.
 */
export interface CollectionDefinition {
  readonly name: string
  readonly indexes: readonly string[]
}

export interface StoredRecord<V = unknown> {
  readonly key: string
  /** Counts from 1; raised by every put. */
  readonly revision: number
  readonly value: V
  /** Milliseconds since 1970, or null for ever. An expired record is as good as absent from that moment on. */
  readonly expiresAt: number | null
}

export interface RecordPage<V = unknown> {
  readonly items: readonly StoredRecord<V>[]
  /** Key to continue after; undefined on the last page. Stable while records come and go. */
  readonly next: string | undefined
}

export interface PutOptions {
  /** 0: must not exist. n: must be at this revision. Left out: whatever is there is replaced. */
  readonly expectedRevision?: number
  readonly expiresAt?: number
}

/** Values are JSON of at most 256 KiB; keys are 1-200 characters. */
export interface Records {
  find<V>(collection: string, key: string): Promise<StoredRecord<V> | undefined>
  /** In key order, at most `limit` (1-1000). */
  list<V>(collection: string, page: { readonly limit: number; readonly after?: string }): Promise<RecordPage<V>>
  /** Those whose indexed member equals `value`, in key order. */
  listBy<V>(
    collection: string,
    index: string,
    value: string | number | boolean,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<RecordPage<V>>
  put(grant: Grant, collection: string, key: string, value: unknown, options?: PutOptions): Change
  delete(grant: Grant, collection: string, key: string, options?: { readonly expectedRevision?: number }): Change
}

export interface RecordPut extends Change {
  readonly kind: 'record.put'
  readonly collection: string
  readonly key: string
  readonly value: unknown
  readonly expectedRevision: number | undefined
  readonly expiresAt: number | null
}

export interface RecordDelete extends Change {
  readonly kind: 'record.delete'
  readonly collection: string
  readonly key: string
  readonly expectedRevision: number | undefined
}

export const RECORD_VALUE_BYTES_MAX = 256 * 1024
export const RECORD_KEY_LENGTH_MAX = 200
