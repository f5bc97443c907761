import type { ErrorFields } from './thread-errors.ts'

/** What one side of a thread can be asked to do: names and functions, shared as a type by both sides. */
// `never` in parameter position admits functions of any parameters; it is a bound only, nothing has this type.
export type Operations = { readonly [name: string]: (...args: never[]) => unknown }

export interface ThreadCall {
  readonly call: number
  readonly operation: string
  readonly args: readonly unknown[]
}

/** What a worker says: an answer, a step of progress on one, or something it tells on its own. */
export type ThreadMessage =
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly call: number; readonly error: ErrorFields }
  | { readonly kind: 'progress'; readonly call: number; readonly done: number; readonly total: number }
  | { readonly kind: 'notice'; readonly notice: unknown }
