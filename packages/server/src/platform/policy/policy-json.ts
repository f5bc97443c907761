/** An expression in Cedar's JSON form: one operator with its parts. @see https://docs.cedarpolicy.com/policies/json-format.html */
export type ExpressionJson = Readonly<Record<string, unknown>>

/** `when` or `unless` of a policy. */
export interface ClauseJson {
  readonly kind: 'when' | 'unless'
  readonly body: ExpressionJson
}

export interface UidJson {
  readonly type: string
  readonly id: string
}

/** What a policy says of one part of a request, before its clauses. */
export interface ScopeJson {
  readonly op: 'All' | '==' | 'in' | 'is'
  readonly entity?: UidJson | { readonly __entity: UidJson }
  readonly entities?: readonly (UidJson | { readonly __entity: UidJson })[]
  readonly slot?: string
  readonly entity_type?: string
  readonly in?: { readonly entity?: UidJson | { readonly __entity: UidJson }; readonly slot?: string }
}

/** The parts of a request that a scope speaks of, in the order in which Cedar looks at them. */
export const SCOPE_PARTS = ['principal', 'action', 'resource'] as const
export type ScopePart = (typeof SCOPE_PARTS)[number]

/** A policy in Cedar's JSON form; with slots in its scope it is a template. Integers beyond 2^53 are bigints. */
export interface PolicyJson extends Readonly<Record<ScopePart, ScopeJson>> {
  readonly effect: 'permit' | 'forbid'
  readonly conditions: readonly ClauseJson[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** Policies by their ids, and templates with the entities that stand in their slots: a policy each. */
export interface PolicySetJson {
  readonly policies: Readonly<Record<string, PolicyJson>>
  readonly templates?: Readonly<Record<string, PolicyJson>>
  readonly links?: readonly TemplateLinkJson[]
}

export interface TemplateLinkJson {
  readonly templateId: string
  /** Id of the policy that it makes. */
  readonly newId: string
  /** `?principal` and `?resource` → entity. */
  readonly values: Readonly<Record<string, UidJson>>
}

/** The entity, in whichever of its two spellings. */
export const uidOf = (uid: UidJson | { readonly __entity: UidJson }): UidJson =>
  '__entity' in uid ? uid.__entity : uid
