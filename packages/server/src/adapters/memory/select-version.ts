import type { CapsuleStatus } from '@forge-cascade/contract'
import type { CapsuleFacts, CapsuleFilter, StoredCapsule } from '#capsules'
import { isWithin } from '../../domain/capsules/rules/index.ts'
import { type CapsuleRow, headOf, type MemoryState, type VersionRow } from './memory-state.ts'
import { vectorOf } from './spaces.ts'

/**
 * The version that a question about `asOf`, as recorded by `knownAt`, is answered from; the head when neither is given.
 * None where the last one that had begun had ended by then.
 */
export function selectVersion(
  row: CapsuleRow,
  { asOf, knownAt }: Pick<CapsuleFilter, 'asOf' | 'knownAt'>,
): VersionRow | undefined {
  // Starts never decrease from version to version, so the last that has begun is the one that is valid.
  const begun = row.versions.findLast(
    ({ createdAt, validFrom }) => createdAt <= (knownAt ?? createdAt) && validFrom <= (asOf ?? validFrom),
  )
  const end = begun && knownEnd(begun, knownAt)
  return asOf !== undefined && end !== null && end !== undefined && end <= asOf ? undefined : begun
}

/** An end that was recorded later is not known yet. */
const knownEnd = ({ end }: VersionRow, knownAt = Number.POSITIVE_INFINITY): number | null =>
  end !== null && end.recordedAt <= knownAt ? end.at : null

/** The version that passes the filter, if the capsule does. */
export function selectMatch(row: CapsuleRow, filter: CapsuleFilter): VersionRow | undefined {
  const version = selectVersion(row, filter)
  return version && RULES.every((rule) => rule(row, version, filter)) ? version : undefined
}

type Rule = (row: CapsuleRow, version: VersionRow, filter: CapsuleFilter) => boolean

const isOpen = (wanted: unknown): wanted is undefined => wanted === undefined

const RULES: readonly Rule[] = [
  (row, _, { owner }) => isOpen(owner) || row.owner === owner,
  (_, version, { identity }) => isOpen(identity) || version.identity === identity,
  (_, version, { lane }) => isOpen(lane) || version.lane === lane,
  (_, version, { fold }) => isOpen(fold) || version.fold === fold,
  (_, version, { types }) => isOpen(types) || types.includes(version.type),
  (_, version, { tags }) => isOpen(tags) || tags.every((tag) => version.tags.includes(tag)),
  (row, _, { statuses, asOf }) => (statuses ?? defaultStatuses(asOf)).includes(row.status),
  (row, _, { minTrust }) => isOpen(minTrust) || row.effectiveTrust >= minTrust,
  (_, version, { partOf }) => isOpen(partOf) || version.partOf?.id === partOf,
  (_, version, { chunks }) => isOpen(chunks) || (version.partOf !== null) === chunks,
  (row, _, { reach }) => isOpen(reach) || isWithin(reach, factsOf(row)),
]

/** What access to the capsule depends on, as its head says it. */
export function factsOf({ id, owner, effectiveTrust, status, ...row }: CapsuleRow): CapsuleFacts {
  const { identity, lane, fold, licence, type, tags, partOf } = row.versions.at(-1)!
  const place = { identity, lane, fold, document: partOf?.id ?? null }
  return { id, owner, effectiveTrust, status, licence, type, tags, ...place }
}

/** Archiving ends what is valid, and does not change what was believed before that. */
const defaultStatuses = (asOf: number | undefined): readonly CapsuleStatus[] =>
  asOf === undefined ? ['ACTIVE'] : ['ACTIVE', 'ARCHIVED']

/** A version joined with its capsule, as seen by `knownAt`. */
export function toStored(state: MemoryState, row: CapsuleRow, version: VersionRow, knownAt?: number): StoredCapsule {
  const at = row.versions.indexOf(version)
  return {
    ...contentOf(version),
    id: row.id,
    version: version.version,
    ordinal: at + 1,
    isHead: version === headOf(row),
    revision: row.revision,
    owner: row.owner,
    author: version.author,
    trust: row.trust,
    effectiveTrust: row.effectiveTrust,
    status: row.status,
    archivedIn: row.archived?.segment ?? null,
    partOf: version.partOf,
    embeddingModel: (version.indexed && vectorOf(state, version)?.model) || null,
    fingerprint: version.fingerprint,
    createdAt: version.createdAt,
    updatedAt: row.updatedAt,
    validFrom: version.validFrom,
    validTo: knownEnd(version, knownAt),
  }
}

function contentOf(version: VersionRow) {
  const { type, title, content, tags, category, licence, licenceTerms } = version
  const { identity, lane, fold, metadata, source, parents } = version
  return {
    ...{ type, title, content, tags, category, licence, licenceTerms },
    ...{ identity, lane, fold, metadata, source, parents },
  }
}
