import { CascadeError } from '#base'
import type { ParentEdge } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import { isReachedFrom, parentsEverNamed } from './lineage-walk.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** A parent that exists, with the edge that leads to it. */
export interface LinkedParent {
  readonly key: number
  readonly edge: ParentEdge
}

/**
 * Finds the parents of a draft.
 *
 * @param before the capsule when it exists already, which may then be an ancestor of what is to be its parent.
 * @throws CascadeError UNPROCESSABLE naming a parent or version that does not exist; LINEAGE_CYCLE.
 */
export function resolveParents(
  session: WriteSession,
  draft: { readonly id: string; readonly parents: readonly ParentEdge[] },
  before: CapsuleRow | undefined,
): LinkedParent[] {
  if (draft.parents.length === 0) return []
  const parents = draft.parents.map((edge) => ({ key: findParent(session, draft.id, edge), edge }))
  if (before) checkAcyclic(session, before, draft, parents)
  return parents
}

function findParent(session: WriteSession, child: string, { id, version }: ParentEdge): number {
  if (id === child) throw new CascadeError('LINEAGE_CYCLE', `${id} cannot be its own parent`)
  const row = findCapsule(session.database, id)
  if (!row) throw new CascadeError('NOT_FOUND', `there is no parent ${id}`)
  if (row.version !== version && !hasVersion(session, row.key, version)) {
    throw new CascadeError('NOT_FOUND', `the parent ${id} has no version ${version}`)
  }
  return row.key
}

function hasVersion({ database }: WriteSession, capsule: number, version: string): boolean {
  return database.get('SELECT 1 FROM versions WHERE capsule = ? AND version = ?', capsule, version) !== undefined
}

// A parent that an older version named already cannot close a circle that is not there.
function checkAcyclic(
  { database }: WriteSession,
  row: CapsuleRow,
  { id }: { readonly id: string },
  parents: readonly LinkedParent[],
): void {
  const known = parentsEverNamed(database, row.key)
  const fresh = parents.filter((parent) => !known.has(parent.key))
  if (
    !isReachedFrom(
      database,
      fresh.map((parent) => parent.key),
      row.key,
    )
  )
    return
  const closing = fresh.find((parent) => isReachedFrom(database, [parent.key], row.key))
  throw new CascadeError('LINEAGE_CYCLE', `${closing?.edge.id} descends from ${id} and cannot be its parent`)
}
