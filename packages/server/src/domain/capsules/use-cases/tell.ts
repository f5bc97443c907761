import type { RecordType } from '@forge-cascade/contract'
import type { DigestArgument, RecordDigests, RecordPayload, RecordSubject } from '@forge-cascade/contract/records'
import { saltedDigest } from '#base'
import { type Command, type Grant, toRecord } from '#store'
import type { CapsuleDraft, VersionDraft } from '../capsule-draft.ts'

/** The half of a command that tells of the change: its record and its event. */
export type Telling = Pick<Command, 'records' | 'events'>

/** Kinds of record that are about one capsule. */
export type CapsuleRecordType = {
  [T in RecordType]: `capsule/${string}` extends RecordSubject<T> ? T : never
}[RecordType]

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
export const tell = <T extends CapsuleRecordType>(
  grant: Grant,
  type: T,
  id: string,
  payload: RecordPayload<T>,
  ...[digests]: DigestArgument<T>
): Telling => tellWith(grant, type, `capsule/${id}`, payload, digests ?? NO_DIGESTS)

/** Tells of something that is no capsule as a whole: `erasure.begun`, `bulk.previewed`. */
export const tellOf = <T extends RecordType>(
  grant: Grant,
  type: T,
  subject: RecordSubject<T>,
  payload: RecordPayload<T>,
  ...[digests]: DigestArgument<T>
): Telling => tellWith(grant, type, subject, payload, digests ?? NO_DIGESTS)

/** What is told of without digests is of a kind that has none. */
const NO_DIGESTS: RecordDigests<'capsule.archived'> = {}

function tellWith(
  grant: Grant,
  type: RecordType,
  subject: RecordSubject<RecordType>,
  payload: RecordPayload<RecordType>,
  digests: RecordDigests<RecordType>,
): Telling {
  const record = toRecord(grant, type, subject, payload, digests)
  const id = subject.slice(subject.indexOf('/') + 1)
  return { records: [record], events: [{ type: `cascade.${type}`, subject, data: { id, ...payload } }] }
}

/** Content and title are personal: only their salted digests go into the log. */
function digestsOf(
  draft: Pick<CapsuleDraft, 'content' | 'title' | 'digestKey'>,
): RecordDigests<'capsule.created' | 'capsule.versioned'> {
  const content = saltedDigest(draft.digestKey, draft.content)
  return draft.title === null ? { content } : { content, title: saltedDigest(draft.digestKey, draft.title) }
}
