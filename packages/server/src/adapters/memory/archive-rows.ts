import type { CapsuleStatus } from '@forge-cascade/contract'
import type { AgedCapsule, CapsuleBody, VersionBody } from '#capsules'
import { BODY_BYTES_MAX, tooLargeToMove } from '../../domain/capsules/rules/index.ts'
import { type CapsuleRow, headOf, type VersionRow } from './memory-state.ts'

/** All of a capsule that is in the store. */
export function toBody(
  row: CapsuleRow,
  status: Exclude<CapsuleStatus, 'ERASED'>,
  bytesMax = BODY_BYTES_MAX,
): CapsuleBody {
  const bytes = row.versions.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  if (bytes > bytesMax) throw tooLargeToMove(row.id, bytes, bytesMax)
  return {
    ...{ id: row.id, owner: row.owner, status, ownStatus: row.ownStatus, trust: row.trust, revision: row.revision },
    versions: row.versions.map(toVersionBody),
    trustHistory: row.trustHistory,
  }
}

function toVersionBody(version: VersionRow, index: number): VersionBody {
  const { given, vectors, end, minhash: _minhash, bands: _bands, fingerprint: _fingerprint, ...rest } = version
  const vector = given === null ? undefined : vectors.get(given)
  const embedding = given !== null && vector ? { model: given, vector: vector.slice() } : null
  return { ...rest, ordinal: index + 1, given: embedding, validTo: end?.at ?? null }
}

/** Whether it is one of those that grow old in the store. */
export function isAged(row: CapsuleRow, moment: number): boolean {
  const { partOf, createdAt } = headOf(row)
  const isHere = (row.status === 'ACTIVE' || row.status === 'ARCHIVED') && !row.archived
  return isHere && partOf === null && createdAt < moment
}

export function toAged(row: CapsuleRow): AgedCapsule {
  const { type, tags, identity, lane, fold, createdAt } = headOf(row)
  return {
    id: row.id,
    owner: row.owner,
    type,
    tags,
    identity,
    lane,
    fold,
    recordedAt: createdAt,
    updatedAt: row.updatedAt,
  }
}
