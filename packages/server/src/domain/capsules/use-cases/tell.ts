import { saltedDigest } from '#base'
import type { LedgerRecord } from '#ledger'
import type { Command, Grant } from '#store'
import type { CapsuleDraft, VersionDraft } from '../capsule-draft.ts'

/** The half of a command that tells of the change: its record and its event. */
export type Telling = Pick<Command, 'records' | 'events'>

/** Tells that a capsule came into being. */
export function tellCreated(grant: Grant, draft: CapsuleDraft, version: string): Telling {
  const payload = {
    version,
    type: draft.type,
    owner: draft.owner,
    trust: draft.trust,
    parents: draft.parents.map((parent) => ({ id: parent.id, version: parent.version })),
    ...(draft.partOf ? { part_of: draft.partOf.id } : {}),
  }
  return tell(grant, 'capsule.created', draft.id, payload, digestsOf(draft))
}

/** Tells that a capsule got another version. */
export function tellVersioned(grant: Grant, draft: VersionDraft, before: string): Telling {
  const parents = draft.parents.map((parent) => ({ id: parent.id, version: parent.version }))
  const payload = { version: draft.version, version_before: before, type: draft.type, parents }
  return tell(grant, 'capsule.versioned', draft.id, payload, digestsOf(draft))
}

/** Tells of a change that leaves the versions alone: `capsule.archived`, `capsule.trust_changed` and their like. */
export function tell(
  grant: Grant,
  type: `capsule.${string}`,
  id: string,
  payload: Readonly<Record<string, unknown>>,
  digests: Readonly<Record<string, string>> = {},
): Telling {
  return tellOf(grant, 'capsule', type, `capsule/${id}`, payload, digests)
}

/** Tells of something that is no capsule as a whole: `erasure.begun`, `bulk.previewed`. */
export function tellOf(
  grant: Grant,
  category: LedgerRecord['category'],
  type: string,
  subject: string,
  payload: Readonly<Record<string, unknown>>,
  digests: Readonly<Record<string, string>> = {},
): Telling {
  const record: LedgerRecord = {
    category,
    type,
    actor: grant.subject,
    correlationId: grant.correlationId,
    subject,
    digests,
    payload: { ...payload, decision_id: grant.decisionId },
  }
  const id = subject.slice(subject.indexOf('/') + 1)
  return { records: [record], events: [{ type: `cascade.${type}`, subject, data: { id, ...payload } }] }
}

/** Content and title are personal: only their salted digests go into the log. */
function digestsOf(draft: Pick<CapsuleDraft, 'content' | 'title' | 'digestKey'>): Record<string, string> {
  const content = saltedDigest(draft.digestKey, draft.content)
  return draft.title === null ? { content } : { content, title: saltedDigest(draft.digestKey, draft.title) }
}
