import type { VersionDraft } from '#capsules'
import type { NearDuplicate } from '#store'
import { type CapsuleRow, headOf, type MemoryState, type VersionRow } from './memory-state.ts'
import { ownModels } from './spaces.ts'
import type { UndoLog } from './undo-log.ts'

/** Where and when a change happens. */
export interface ChangeContext {
  readonly state: MemoryState
  readonly undo: UndoLog
  /** Milliseconds since 1970; the time of the command's leaves. */
  readonly now: number
  /** The subject who acts. */
  readonly actor: string
}

/** What a change did to the capsule it is about; `id` is null where it is about several. */
export interface ChangeEffect {
  readonly id: string | null
  readonly created: boolean
  readonly nearDuplicates: readonly NearDuplicate[]
}

/** The head ends, unless it has ended before that; never before it began. */
export function withEnd(row: CapsuleRow, { at, recordedAt }: NonNullable<VersionRow['end']>): CapsuleRow {
  const head = headOf(row)
  const end = { at: Math.max(at, head.validFrom), recordedAt }
  if (head.end !== null && head.end.at <= end.at) return row
  return { ...row, versions: withHead(row, { ...head, end }) }
}

export const withHead = ({ versions }: CapsuleRow, head: VersionRow): readonly VersionRow[] => [
  ...versions.slice(0, -1),
  head,
]

export const emptied = (version: VersionRow): VersionRow => ({
  ...version,
  title: null,
  content: '',
  tags: [],
  category: null,
  licenceTerms: null,
  identity: null,
  lane: null,
  fold: null,
  metadata: {},
  source: null,
  parents: version.parents.map(({ changes: _changes, ...edge }) => ({ ...edge, reason: '' })),
  partOf: version.partOf && { ...version.partOf, place: '' },
  place: null,
  versionReason: null,
  fingerprint: '0'.repeat(64),
  digestKey: new Uint8Array(32),
  minhash: null,
  bands: [],
  given: null,
  vectors: new Map(),
  indexed: false,
})

/** A copy, so that nothing the caller does to its draft later reaches the store. */
export function toVersion(state: MemoryState, draft: VersionDraft, createdAt: number, validFrom: number): VersionRow {
  const { embedding, shadow, ...rest } = structuredClone(draft)
  const role = embedding ? (state.spaces.get(embedding.model)?.role ?? 'given') : undefined
  if (embedding && role === 'given') {
    const vectors = new Map([[embedding.model, embedding.vector]])
    return { ...rest, createdAt, validFrom, end: null, given: embedding.model, vectors }
  }
  // Made in a space that is retired by now: the version waits for whoever fills the active one.
  const own = ownModels(state)
  const made = [embedding, shadow].flatMap((one) =>
    one && own.includes(one.model) ? [[one.model, one.vector] as const] : [],
  )
  return { ...rest, createdAt, validFrom, end: null, given: null, vectors: new Map(made) }
}

export const touched = (row: CapsuleRow, now: number): CapsuleRow => ({
  ...row,
  revision: row.revision + 1,
  updatedAt: now,
})

export const effectOn = (id: string | null): ChangeEffect => ({ id, created: false, nearDuplicates: [] })
