import type { Capsule } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import { type StoredCapsule, trustLevel } from '#capsules'
import type { Subjects } from '#identity'
import type { Receipt } from '#store'

/** A capsule as the API shows it. `names` holds the names of owners; one that is not in it is shown as null. */
export function presentCapsule(capsule: StoredCapsule, names: ReadonlyMap<string, string>): Capsule {
  return {
    ...identityOf(capsule, names),
    ...trustOf(capsule),
    title: capsule.title,
    content: capsule.content,
    parents: capsule.parents.map(presentParent),
    parent_id: capsule.parents[0]?.id ?? null,
    tags: [...capsule.tags],
    category: capsule.category,
    licence: capsule.licence,
    licence_terms: capsule.licenceTerms,
    identity: capsule.identity,
    lane: capsule.lane,
    fold: capsule.fold,
    metadata: capsule.metadata as Capsule['metadata'], // stored metadata was parsed by the same schema
    source: capsule.source,
    part_of: capsule.partOf,
    embedding_model: capsule.embeddingModel,
    status: capsule.status,
    archived_in: capsule.archivedIn,
    ...timesOf(capsule),
  }
}

const identityOf = (capsule: StoredCapsule, names: ReadonlyMap<string, string>) => ({
  id: capsule.id,
  version: capsule.version,
  revision: capsule.revision,
  type: capsule.type,
  owner: capsule.owner,
  owner_name: names.get(capsule.owner) ?? null,
  author: capsule.author,
})

/** A number of trust and its level. */
export const trustOf = ({ trust, effectiveTrust }: Pick<StoredCapsule, 'trust' | 'effectiveTrust'>) => ({
  trust,
  trust_level: trustLevel(trust),
  effective_trust: effectiveTrust,
  effective_trust_level: trustLevel(effectiveTrust),
})

const timesOf = ({ createdAt, updatedAt, validFrom, validTo }: StoredCapsule) => ({
  created_at: toRfc3339(createdAt),
  updated_at: toRfc3339(updatedAt),
  valid_from: toRfc3339(validFrom),
  valid_to: validTo === null ? null : toRfc3339(validTo),
})

const presentParent = ({
  id,
  version,
  reason,
  at,
  changes,
}: StoredCapsule['parents'][number]): Capsule['parents'][number] => ({
  id,
  version,
  reason,
  timestamp: toRfc3339(at),
  ...(changes === undefined ? {} : { changes: changes as Capsule['parents'][number]['changes'] }), // parsed as JSON when it came
})

/** Capsules as the API shows them, in the same order, with the names of their owners. */
export async function presentCapsules(subjects: Subjects, capsules: readonly StoredCapsule[]): Promise<Capsule[]> {
  const names = await subjects.names(capsules.map(({ owner }) => owner))
  return capsules.map((capsule) => presentCapsule(capsule, names))
}

/** A receipt as the API shows it. */
export const presentReceipt = (receipt: Receipt) => ({ ...receipt, near_duplicates: [...receipt.near_duplicates] })
