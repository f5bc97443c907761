import { CascadeError } from '#base'
import type { CapsuleOffloadChange, CapsuleReloadChange } from '#capsules'
import { recomputeTrust } from './effective-trust.ts'
import { type CapsuleRow, getCapsule, getLiving, headOf, type VersionRow } from './memory-state.ts'
import {
  type ChangeContext,
  type ChangeEffect,
  effectOn,
  emptied,
  touched,
  toVersion,
  withEnd,
} from './version-rows.ts'

/** Leaves of each capsule what others see of it. */
export function offload(context: ChangeContext, { segment, capsules }: CapsuleOffloadChange): ChangeEffect {
  const { state, undo, now } = context
  for (const { id, key } of capsules) {
    const row = getLiving(state, id)
    if (row.status === 'QUARANTINED')
      throw new CascadeError('CONFLICT', `a capsule that is ${row.status} does not go into an archive`)
    const ended = row.status === 'ACTIVE' ? withEnd(row, { at: now, recordedAt: now }) : row
    const versions = ended.versions.map((version) => toStub(version, version === headOf(ended)))
    const away = { status: 'ARCHIVED', ownStatus: null, trustHistory: [], archived: { segment, key } } as const
    undo.set(state.capsules, id, { ...touched(ended, now), ...away, versions })
    recomputeTrust(state, undo, id)
  }
  return effectOn(null)
}

/** What is left when a version is away: what finds it, and what others see. */
const toStub = (version: VersionRow, isHead: boolean): VersionRow => {
  const { tags, identity, lane, fold, parents } = version
  return { ...emptied(version), tags, identity, lane, fold, parents, title: isHead ? version.title : null }
}

/** Brings back what `offload` took. */
export function reload(context: ChangeContext, { capsule }: CapsuleReloadChange): ChangeEffect {
  const { state, undo, now } = context
  const row = getCapsule(state, capsule.id)
  if (row.status === 'ERASED') throw new CascadeError('ERASED', `the capsule ${row.id} was erased`)
  if (!row.archived) throw new CascadeError('CONFLICT', `the capsule ${row.id} is in the store`)
  const { status, ownStatus, trustHistory } = capsule
  const versions = versionsOf(context, row, capsule)
  undo.set(state.capsules, row.id, { ...touched(row, now), status, ownStatus, trustHistory, archived: null, versions })
  recomputeTrust(state, undo, row.id)
  return effectOn(row.id)
}

/** @throws CascadeError UNPROCESSABLE where they are not those that the capsule has. */
function versionsOf(
  { state, undo }: ChangeContext,
  row: CapsuleRow,
  { id, status, versions }: CapsuleReloadChange['capsule'],
): VersionRow[] {
  if (
    row.versions.length !== versions.length ||
    row.versions.some(({ version }, at) => version !== versions[at]?.version)
  )
    throw new CascadeError('UNPROCESSABLE', `the versions that come back of ${id} are not those that it has`)
  return row.versions.map((stub, at) => {
    const draft = versions[at]!
    const { embedding } = draft
    if (embedding && !state.spaces.has(embedding.model))
      undo.set(state.spaces, embedding.model, { dimensions: embedding.vector.length, role: 'given' })
    const end = status === 'ACTIVE' && stub === headOf(row) ? null : stub.end
    return { ...toVersion(state, draft, stub.createdAt, stub.validFrom), parents: stub.parents, end }
  })
}
