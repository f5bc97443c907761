import type { UidJson } from './policy-json.ts'

/**
 * A value in Cedar's JSON form: `{"__entity": {type, id}}` is an entity, `{"__extn": {fn, arg}}` a value of an extension type.
 * Integers are numbers within ±(2^53 - 1), or bigints of 64 bits.
 */
export type ValueJson =
  | boolean
  | string
  | number
  | bigint
  | readonly ValueJson[]
  | { readonly [name: string]: ValueJson }

/** What is known of an entity. */
export interface EntityJson {
  readonly uid: UidJson
  readonly attrs: Readonly<Record<string, ValueJson>>
  readonly parents: readonly UidJson[]
  readonly tags?: Readonly<Record<string, ValueJson>>
}

/** Who wants to do what to what, and what is known about it. */
export interface PolicyRequest {
  readonly principal: UidJson
  readonly action: UidJson
  readonly resource: UidJson
  readonly context?: Readonly<Record<string, ValueJson>>
  /** With all their ancestors: what is not here has no attributes and no parents. */
  readonly entities?: readonly EntityJson[]
}

/** Levels of lists and records in a value. Cedar itself breaks at some hundreds. */
export const VALUE_LEVELS_MAX = 64
/** Entities of a request. A decision of the gate needs some ten; each costs Cedar, where it has to be asked, 0.4 ms. */
export const REQUEST_ENTITIES_MAX = 200
