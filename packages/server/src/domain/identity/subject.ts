import { TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import type { CollectionDefinition } from '#store'

export type SubjectKind = 'person' | 'agent' | 'service'

/**
 * `administrator`: everything inside the constitution; `steward`: approves, and looks after the knowledge of all; `auditor`:
 * reads the log, governance and evidence; `member`: creates and searches, and works on its own.
 */
export type SubjectRole = 'administrator' | 'steward' | 'auditor' | 'member'

/** Who acts and owns: a person, an agent or a service. The same id stands in tokens, grants, owners and records. */
export interface Subject {
  /** UUIDv7. */
  readonly id: string
  readonly kind: SubjectKind
  /** Unique, one line, as first written. */
  readonly name: string
  readonly roles: readonly SubjectRole[]
  /** 0-100; new capsules of an author never get more. */
  readonly trust: number
  /** Id of the person behind an agent; null for all others. */
  readonly owner: string | null
  /** False: nobody comes in as this subject, with whatever token. */
  readonly active: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** A subject as it is stored, and as rows of an earlier version are read. */
export interface SubjectRow extends Omit<Subject, 'owner' | 'active'> {
  readonly owner?: string | null
  readonly active?: boolean
  /** A UUIDv7 of the moment of the last deactivation: tokens with smaller ids are over for good. */
  readonly tokensOverBefore?: string
}

/** A row as the subject it means. Rows of an earlier version have no owner and are active. */
export function readSubject({
  id,
  kind,
  name,
  roles,
  trust,
  owner = null,
  active = true,
  createdAt,
}: SubjectRow): Subject {
  return { id, kind, name, roles, trust, owner, active, createdAt }
}

/**
 * An agent as it acts: with no more trust than the person behind it, and not at all where that person is gone, is not active or
 * has less trust than what anything asks for. Whoever has nobody behind them acts as they are.
 */
export function actingFor(subject: Subject, owner: Subject | undefined): Subject {
  if (subject.owner === null) return subject
  const active = subject.active && owner?.active === true && owner.trust >= TRUST_LEVELS.SANDBOX
  const trust = Math.min(subject.trust, owner?.trust ?? TRUST_LEVELS.QUARANTINE)
  return { ...subject, active, trust }
}

/** Trust of a name that is used first, and of a subject for which none is named. */
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
  owner: null,
  active: true,
  createdAt,
})

/** Tokens by id, found by digest and by subject. */
export const TOKEN_COLLECTION = {
  name: 'tokens',
  indexes: ['digest', 'subject'],
} as const satisfies CollectionDefinition

/** Subjects by id; `subject_names` maps a name to its id and keeps names unique by compare-and-set; tokens by id. */
export const SUBJECT_COLLECTIONS = [
  { name: 'subjects', indexes: ['name', 'kind', 'owner'] },
  { name: 'subject_names', indexes: [] },
  TOKEN_COLLECTION,
] as const satisfies readonly CollectionDefinition[]
