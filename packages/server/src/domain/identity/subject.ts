import type { CollectionDefinition } from '#store'

/** Who acts and owns: a person, an agent or a service. The same id stands in tokens, grants, owners and records. */
export interface Subject {
  /** UUIDv7. */
  readonly id: string
  readonly kind: 'person' | 'agent' | 'service'
  /** Unique, one line, as first written. */
  readonly name: string
  readonly roles: readonly ('administrator' | 'member')[]
  /** 0-100; new capsules of an author never get more. */
  readonly trust: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** Trust of a name that the administrator uses first; it has no credentials until it is given some. */
export const SUBJECT_TRUST_NEW = 60
export const ADMINISTRATOR_NAME = 'administrator'
export const ADMINISTRATOR_TRUST = 100

/** The administrator as the gate sees it at the very first start, when the registry is still empty. */
export const founderOf = (id: string, createdAt: number): Subject => ({
  id,
  kind: 'person',
  name: ADMINISTRATOR_NAME,
  roles: ['administrator'],
  trust: ADMINISTRATOR_TRUST,
  createdAt,
})

/** Subjects by id; `subject_names` maps a name to its id and keeps names unique by compare-and-set. */
export const SUBJECT_COLLECTIONS = [
  { name: 'subjects', indexes: ['name', 'owner'] },
  { name: 'subject_names', indexes: [] },
] as const satisfies readonly CollectionDefinition[]
