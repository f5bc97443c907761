import type { ErrorCode } from '@forge-cascade/contract'

/** What happens to that which is more than the limit. */
export type Beyond =
  /** The request fails with this code and changes nothing. */
  | { readonly error: ErrorCode }
  /** A file or a line is left out of an import, and its report says why. */
  | { readonly skipped: string }
  /** A file fails, its report says why, and the next run tries it again. */
  | { readonly failed: string }
  /** The rest is left out, in words. */
  | { readonly cut: string }

/** A number beyond which somebody outside is refused, left out or cut off. */
export interface Limit {
  readonly what: string
  readonly value: number
  readonly unit: Unit
  readonly beyond: Beyond
  /** The key of the configuration that changes it; `value` is the default then. */
  readonly key?: string
}

export type Unit = 'bytes' | 'characters' | 'items' | 'levels' | 'ms' | 's' | 'dimensions' | 'a minute' | 'times'

/** Rows by their names. */
export type Limits = Readonly<Record<string, Limit>>
