import { CascadeError } from '#base'
import type {
  CapsuleChange,
  CapsuleCreateChange,
  CapsuleDraft,
  CapsuleEraseChange,
  CapsuleLinkChange,
  CapsuleStatusChange,
  CapsuleTrustChange,
  CapsuleUnlinkChange,
  CapsuleVersionChange,
  Embedding,
  VersionDraft,
} from '#capsules'
import type { NearDuplicate } from '#store'
import { type ChunkStanding, followDocument } from '../../domain/capsules/rules/index.ts'
import { offload, reload } from './archive-changes.ts'
import { recomputeTrust } from './effective-trust.ts'
import {
  type CapsuleRow,
  getCapsule,
  getLiving,
  headOf,
  linkKey,
  type MemoryState,
  type VersionRow,
} from './memory-state.ts'
import { nearDuplicates } from './near-duplicates.ts'
import { changeSpaces } from './spaces.ts'
import { assertVector, DIMENSIONS_MAX } from './vectors.ts'
import {
  type ChangeContext,
  type ChangeEffect,
  effectOn,
  emptied,
  touched,
  toVersion,
  withEnd,
  withHead,
} from './version-rows.ts'

/** Carries out one change of capsules. @throws CascadeError for every rule it would break. */
export function applyCapsuleChange(context: ChangeContext, change: CapsuleChange): ChangeEffect {
  switch (change.kind) {
    case 'capsule.create':
      return create(context, change)
    case 'capsule.version':
      return addVersion(context, change)
    case 'capsule.status':
      return setStatus(context, change)
    case 'capsule.trust':
      return setTrust(context, change)
    case 'capsule.link':
      return link(context, change)
    case 'capsule.unlink':
      return unlink(context, change)
    case 'capsule.settle':
      for (const id of change.ids) recomputeTrust(context.state, context.undo, id)
      return effectOn(null)
    case 'space.open':
    case 'space.switch':
    case 'space.retire':
    case 'space.fill':
    case 'space.drop':
      changeSpaces(context, change)
      return effectOn(null)
    case 'capsule.erase':
      return erase(context, change)
    case 'capsule.offload':
      return offload(context, change)
    case 'capsule.reload':
      return reload(context, change)
  }
}

/** The ACTIVE head that says the same at the same place of the same scope. */
export function findDuplicate(state: MemoryState, draft: CapsuleDraft): CapsuleRow | undefined {
  return state.capsules.values().find((row) => {
    const head = headOf(row)
    return (
      row.status === 'ACTIVE' && row.owner === draft.owner && SAME.every((member) => head[member] === draft[member])
    )
  })
}
const SAME = ['identity', 'lane', 'fold', 'type', 'place', 'fingerprint'] as const

function create(context: ChangeContext, { draft, dedupe }: CapsuleCreateChange): ChangeEffect {
  const { state, undo, now } = context
  const twin = dedupe === 'scope' ? findDuplicate(state, draft) : undefined
  if (twin) return effectOn(twin.id)
  if (state.capsules.has(draft.id)) throw new CascadeError('CONFLICT', `the capsule ${draft.id} exists already`)
  checkDraft(context, draft)
  const version = toVersion(state, { ...draft, version: '1.0.0', versionReason: null }, now, draft.validFrom ?? now)
  const near = nearDuplicates(state, draft.owner, draft)
  undo.set(state.capsules, draft.id, {
    id: draft.id,
    owner: draft.owner,
    trust: draft.trust,
    effectiveTrust: 0,
    status: 'ACTIVE',
    ownStatus: null,
    revision: 1,
    updatedAt: now,
    versions: [version],
    trustHistory: [],
    archived: null,
  })
  connect(context, draft, near)
  return { id: draft.id, created: true, nearDuplicates: near }
}

function addVersion(context: ChangeContext, { draft }: CapsuleVersionChange): ChangeEffect {
  const { state, undo, now } = context
  const row = getLiving(state, draft.id)
  const head = headOf(row)
  if (compareVersions(draft.version, head.version) <= 0) {
    throw new CascadeError('CONFLICT', `version ${draft.version} of ${row.id} is not above its newest, ${head.version}`)
  }
  checkDraft(context, draft)
  const version = toVersion(state, draft, now, Math.max(head.validFrom, draft.validFrom ?? now))
  const near = nearDuplicates(state, row.owner, draft)
  const ended = withEnd(row, { at: version.validFrom, recordedAt: now })
  undo.set(state.capsules, row.id, { ...touched(ended, now), versions: [...ended.versions, version] })
  connect(context, draft, near)
  return { id: row.id, created: false, nearDuplicates: near }
}

function setStatus(context: ChangeContext, { id, status, withChunks, at }: CapsuleStatusChange): ChangeEffect {
  const { state, undo, now } = context
  const end = { at: Math.min(at ?? now, now), recordedAt: now }
  const changed = [standing(getLiving(state, id), { status, ownStatus: null }, end)]
  const chunks = withChunks
    ? state.capsules.values().filter((row) => headOf(row).partOf?.id === id && row.status !== 'ERASED')
    : []
  for (const chunk of chunks) {
    const next = followDocument(chunk, status)
    if (next !== chunk) changed.push(standing(chunk, next, end))
  }
  for (const row of changed) undo.set(state.capsules, row.id, touched(row, now))
  for (const row of changed) recomputeTrust(state, undo, row.id)
  return effectOn(id)
}

/** What is archived is no longer held to be valid; coming back, it is as if it had always been. */
function standing(
  row: CapsuleRow,
  { status, ownStatus }: ChunkStanding,
  end: NonNullable<VersionRow['end']>,
): CapsuleRow {
  const next = { ...row, status, ownStatus }
  if (status === row.status || status === 'QUARANTINED') return next
  return status === 'ARCHIVED'
    ? withEnd(next, end)
    : { ...next, versions: withHead(next, { ...headOf(next), end: null }) }
}

function setTrust(context: ChangeContext, { id, trust, reason }: CapsuleTrustChange): ChangeEffect {
  const { state, undo, now, actor } = context
  if (!Number.isInteger(trust) || trust < 0 || trust > 100) {
    throw new CascadeError('UNPROCESSABLE', `trust is an integer from 0 to 100, not ${trust}`)
  }
  const row = getLiving(state, id)
  const entry = { old: row.trust, new: trust, reason, at: now, actor }
  undo.set(state.capsules, id, { ...touched(row, now), trust, trustHistory: [...row.trustHistory, entry] })
  recomputeTrust(state, undo, id)
  return effectOn(id)
}

function link(context: ChangeContext, { from, to, link: kind, weight }: CapsuleLinkChange): ChangeEffect {
  const { state, undo, now } = context
  const row = getLiving(state, from)
  getLiving(state, to)
  if (from === to) throw new CascadeError('UNPROCESSABLE', `the capsule ${from} cannot be linked to itself`)
  if (!(weight >= 0 && weight <= 1)) throw new CascadeError('UNPROCESSABLE', `a weight is 0 to 1, not ${weight}`)
  undo.set(state.links, linkKey(from, to, kind), { from, to, kind, weight, createdAt: now })
  undo.set(state.capsules, from, touched(row, now))
  return effectOn(from)
}

/** A record of the place alone: what a version says, and what others quote of it, is gone. */
function erase({ state, undo, now }: ChangeContext, { id }: CapsuleEraseChange): ChangeEffect {
  const row = getCapsule(state, id)
  if (row.status === 'ERASED') return effectOn(id)
  for (const [key, link] of state.links) if (link.from === id || link.to === id) undo.delete(state.links, key)
  for (const child of state.children.get(id) ?? []) {
    const { versions, ...rest } = getCapsule(state, child)
    undo.set(state.capsules, child, { ...rest, versions: versions.map((version) => withoutChanges(version, id)) })
  }
  const versions = row.versions.map(emptied)
  const nothing = { ownStatus: null, trustHistory: [], archived: null }
  undo.set(state.capsules, id, { ...touched(row, now), status: 'ERASED', versions, ...nothing })
  for (const [key, receipt] of state.receipts) {
    if (receipt.receipt.id === id)
      undo.set(state.receipts, key, { ...receipt, bodyDigest: receipt.bodyDigest && 'erased' })
  }
  return effectOn(id)
}

const withoutChanges = (version: VersionRow, parent: string): VersionRow => ({
  ...version,
  parents: version.parents.map(({ changes, ...edge }) =>
    edge.id === parent || changes === undefined ? edge : { ...edge, changes },
  ),
})

function unlink({ state, undo, now }: ChangeContext, { from, to, link: kind }: CapsuleUnlinkChange): ChangeEffect {
  const row = getLiving(state, from)
  getLiving(state, to)
  undo.delete(state.links, linkKey(from, to, kind))
  undo.set(state.capsules, from, touched(row, now))
  return effectOn(from)
}

/** Enters a new version into what connects capsules: children, vector spaces, effective trust, similar texts. */
function connect(context: ChangeContext, draft: CapsuleDraft | VersionDraft, near: readonly NearDuplicate[]): void {
  const { state, undo, now } = context
  const { id, embedding, parents } = draft
  for (const parent of parents) {
    undo.set(state.children, parent.id, new Set(state.children.get(parent.id)).add(id))
  }
  if (draft.partOf) undo.set(state.chunks, draft.partOf.id, new Set(state.chunks.get(draft.partOf.id)).add(id))
  if (embedding && !state.spaces.has(embedding.model)) {
    undo.set(state.spaces, embedding.model, { dimensions: embedding.vector.length, role: 'given' })
  }
  for (const { id: to, similarity: weight } of near) {
    undo.set(state.links, linkKey(id, to, 'SIMILAR_TO'), { from: id, to, kind: 'SIMILAR_TO', weight, createdAt: now })
  }
  recomputeTrust(state, undo, id)
}

function checkDraft({ state }: ChangeContext, draft: CapsuleDraft | VersionDraft): void {
  const below = descendantsOf(state, draft.id)
  for (const parent of draft.parents) {
    if (parent.id === draft.id || below.has(parent.id)) {
      throw new CascadeError('LINEAGE_CYCLE', `${parent.id} descends from ${draft.id} and cannot be its parent`)
    }
    if (!getCapsule(state, parent.id).versions.some(({ version }) => version === parent.version)) {
      throw new CascadeError('NOT_FOUND', `the parent ${parent.id} has no version ${parent.version}`)
    }
  }
  if (draft.partOf) getLiving(state, draft.partOf.id)
  if (draft.embedding) assertFits(state, draft.embedding)
  if (draft.shadow && state.spaces.has(draft.shadow.model)) assertFits(state, draft.shadow)
}

/** @throws CascadeError EMBEDDING_MISMATCH when the vector is none, or the model's others have another length. */
export function assertFits(state: MemoryState, { model, vector }: Embedding): void {
  assertVector(vector)
  const dimensions = state.spaces.get(model)?.dimensions ?? vector.length
  if (vector.length !== dimensions || vector.length > DIMENSIONS_MAX) {
    throw new CascadeError(
      'EMBEDDING_MISMATCH',
      `vectors of ${model} have ${Math.min(dimensions, DIMENSIONS_MAX)} dimensions, this one has ${vector.length}`,
    )
  }
}

function descendantsOf(state: MemoryState, id: string): ReadonlySet<string> {
  const found = new Set<string>()
  const queue = [id]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const child of state.children.get(next) ?? []) {
      if (!found.has(child)) queue.push(child)
      found.add(child)
    }
  }
  return found
}

/** Negative, zero or positive, as MAJOR.MINOR.PATCH `a` is below, at or above `b`. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  const differing = left.findIndex((part, index) => part !== right[index])
  return differing === -1 ? 0 : left[differing]! - right[differing]!
}
