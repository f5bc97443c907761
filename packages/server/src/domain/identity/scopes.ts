import type { Action } from '@forge-cascade/contract'

/** What a token may be used for: names of actions, `family.*` or `*`. Null: all that its subject may. */
export type Scopes = readonly string[] | null

/** Whether a token of these scopes may be used for an action; whether its subject may do it is another question. */
export const coversAction = (scopes: Scopes, action: Action): boolean =>
  scopes === null || action === SELF || scopes.some((scope) => covers(scope, action))

/** Whoever has a token may see what it is. */
const SELF = 'subject.self'

/** Whether everything that `inner` covers is covered by `outer`: nobody hands on more than they hold. */
export const isWithin = (inner: Scopes, outer: Scopes): boolean =>
  outer === null || inner?.every((scope) => outer.some((held) => covers(held, scope))) === true

/** By whole words: `capsule.*` covers neither `capsules.read` nor `*`. */
const covers = (held: string, asked: string): boolean =>
  held === '*' || held === asked || (held.endsWith('.*') && asked.startsWith(held.slice(0, -1)))
