import { CascadeError, sha256Hex } from '#base'
import type { Finding, Grant } from '#store'
import type { AgedCapsule, CapsuleBody } from '../capsule-body.ts'
import type { Page } from '../capsule-store.ts'
import { isJobKey } from '../import/import-records.ts'
import type { CopyVault } from '../keeping/copy-vault.ts'
import { listPlaced } from '../keeping/holds.ts'
import type { Call } from '../use-cases/context.ts'
import { findRefused } from '../use-cases/decide-each.ts'
import { tellOf } from '../use-cases/tell.ts'
import type { ArchiveReason, SegmentRow } from './archive-row.ts'
import { createArchiveVault, eraseInSegment } from './archive-vault.ts'
import { type BroughtBack, bringBack } from './bring-back.ts'
import { giveUp } from './give-up.ts'
import { listRows, readRows } from './list-rows.ts'
import { moveAway } from './move-away.ts'
import { contentBytesOf, type Refusal, readUnit } from './read-unit.ts'
import { type ArchivesOptions, appendOne, findRow } from './segment-rows.ts'
import { findArchive, listUnknown, type SegmentFinding, verifySegment } from './verify.ts'

/** Capsules and documents that one request moves; whoever wants more asks again. */
export const MOVED_AT_ONCE_MAX = 10_000
/** Legal holds that a record names. */
const HOLDS_TOLD_MAX = 100
const PER_PAGE = 500

/** Which capsules move: those that are named, or those that are old enough. */
export type ArchiveTarget =
  | { readonly kind: 'named'; readonly ids: readonly string[] }
  | {
      readonly kind: 'aged'
      /** Recorded before this moment (ms), at the latest. */
      readonly before: number
      readonly isDue: (capsule: AgedCapsule) => boolean
    }

export interface ArchiveOutcome {
  /** Segments that were written; none for a plan. */
  readonly rows: readonly SegmentRow[]
  readonly capsules: number
  readonly chunks: number
  readonly versions: number
  readonly contentBytes: number
  readonly refused: readonly Refusal[]
  /** True when more are due than were looked at. */
  readonly isMore: boolean
}

/** The archives of an instance: what moves there and comes back, one move at a time. */
export class Archives {
  readonly #options: ArchivesOptions
  #last: Promise<unknown> = Promise.resolve()
  /** What was told last of capsules that are held. */
  #told = JSON.stringify([0, []])

  constructor(options: ArchivesOptions) {
    this.#options = options
  }

  /** Where segments lie, without credentials. */
  get place(): string {
    return this.#options.objects.place
  }

  /** What moving would do. */
  async plan(target: ArchiveTarget): Promise<ArchiveOutcome> {
    const { context } = this.#options
    const { ids, isMore } = await this.#choose(target)
    const holds = await listPlaced(context)
    let planned: ArchiveOutcome = { ...NOTHING, isMore }
    for (const id of ids) {
      const unit = await readUnit(context, holds, id, this.#options.bytesMax)
      planned = 'error' in unit ? { ...planned, refused: [...planned.refused, unit] } : counted(planned, unit.bodies)
    }
    return planned
  }

  /**
   * Moves capsules into segments. What cannot move is named in `refused`, and the others move without it.
   *
   * @throws CascadeError UNAVAILABLE, STORAGE_FULL, ARCHIVE_DAMAGED when the place does not take a segment: what is in an
   *   earlier one has moved then, and nothing else; CONFLICT while an erasure is under way.
   */
  archive(
    { grant, ...call }: Pick<Call<'capsule.offload'>, 'grant' | 'decideEach'>,
    target: ArchiveTarget,
    { reason = 'asked', signal }: { readonly reason?: ArchiveReason; readonly signal?: AbortSignal } = {},
  ): Promise<ArchiveOutcome> {
    return this.#inTurn(async () => {
      const { ids, isMore } = await this.#choose(target)
      const kept = await findRefused(call, ids)
      const leaving = ids.filter((id) => !kept.has(id))
      const { rows, refused: unfit } = await moveAway(this.#options, { grant, reason, signal }, leaving)
      const refused = [...[...kept].map(([id, error]) => ({ id, error })), ...unfit]
      const sum = (of: (row: SegmentRow) => number): number => rows.reduce((total, row) => total + of(row), 0)
      return {
        ...{ rows, refused, isMore, capsules: sum((row) => row.capsules), chunks: sum((row) => row.chunks) },
        ...{ versions: sum((row) => row.versions), contentBytes: sum((row) => row.contentBytes) },
      }
    })
  }

  /** See `bringBack`. */
  restore(
    { grant, decideEach }: Pick<Call<'capsule.reload'>, 'grant' | 'decideEach'>,
    ids: readonly string[],
  ): Promise<BroughtBack> {
    return this.#inTurn(async () => {
      for (const id of ids) await decideEach?.(id)
      return bringBack(this.#options, grant, ids)
    })
  }

  /** @throws CascadeError NOT_FOUND. */
  async get(id: string): Promise<SegmentRow> {
    const row = await findRow(this.#options.context, id)
    if (row) return row
    throw new CascadeError('NOT_FOUND', `There is no segment ${id}.`)
  }

  /** Newest first. @throws CascadeError CURSOR_INVALID. */
  async list({
    limit,
    cursor,
  }: {
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<Page<SegmentRow>> {
    if (cursor !== undefined && !isJobKey(cursor))
      throw new CascadeError('CURSOR_INVALID', 'The cursor is none of a list of segments.')
    const { records } = this.#options.context.store
    const page = await records.list<SegmentRow>('archive_segments', {
      limit,
      ...(cursor !== undefined && { after: cursor }),
    })
    return { items: page.items.map(({ value }) => value), next: page.next }
  }

  /**
   * Reads segments whole and compares them with what was put there; all of them unless one is named.
   *
   * @throws CascadeError NOT_FOUND; UNAVAILABLE when the place does not answer.
   */
  async *verify(id?: string): AsyncGenerator<SegmentFinding, void, undefined> {
    if (id !== undefined) {
      yield verifySegment(this.#options, await this.get(id))
      return
    }
    for await (const row of listRows(this.#options.context.store))
      if (row.state === 'stored') yield verifySegment(this.#options, row)
  }

  /** What lies in the place and belongs to no segment of this store. @throws CascadeError UNAVAILABLE. */
  async listUnknown(): Promise<readonly string[]> {
    return listUnknown(this.#options.objects, await readRows(this.#options.context.store))
  }

  /** For the doctor: whether every segment that this store knows has its object and its manifest. Reads neither. */
  async finding(): Promise<Finding> {
    const rows = await readRows(this.#options.context.store)
    return findArchive(
      this.#options.objects,
      rows.filter(({ state }) => state === 'stored'),
    )
  }

  /** Takes what was erased out of segments; to be asked by whoever erases. */
  vault(grant: () => Grant): CopyVault {
    return createArchiveVault(this.#options, grant)
  }

  /**
   * Ends what an interruption or a place that was away has left: segments that were being written are given up, and erasures
   * that could not reach their segment are carried out in it. What still cannot be reached waits for the next time.
   */
  tidy(grant: () => Grant): Promise<void> {
    return this.#inTurn(async () => {
      for await (const row of listRows(this.#options.context.store)) {
        if (row.state === 'writing') await giveUp(this.#options, grant(), row)
        else if (row.erased.length > 0) await eraseInSegment(this.#options, grant(), row, row.erased)
      }
    })
  }

  /**
   * Records that legal holds keep capsules in the store beyond their retention, whenever it is others than were told of last.
   *
   * @returns how many there are.
   */
  async tellHeld(grant: Grant, refused: readonly Refusal[]): Promise<number> {
    const held = refused.filter(({ error }) => error.code === 'LEGAL_HOLD')
    const holds = [...new Set(held.map(({ error }) => String(error.extensions.hold_id)))].toSorted()
    const told = JSON.stringify([held.length, holds])
    if (told === this.#told) return held.length
    this.#told = told
    const { store, newId } = this.#options.context
    const payload = { capsules: held.length, holds: holds.slice(0, HOLDS_TOLD_MAX) }
    const telling = tellOf(grant, 'retention.held', 'retention/*', payload)
    await appendOne(store, { id: sha256Hex(`retention held:${newId()}`).slice(0, 32), grant, changes: [], ...telling })
    return held.length
  }

  /** How many units of a segment are out of the store for it. */
  async countAway({ id, ids }: SegmentRow): Promise<number> {
    const found = await this.#options.context.store.capsules.findArchived(ids)
    return found.filter(({ segment }) => segment === id).length
  }

  /** One move at a time: two would read the same capsules. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = Promise.allSettled([turn])
    return turn
  }

  async #choose(target: ArchiveTarget): Promise<{ readonly ids: readonly string[]; readonly isMore: boolean }> {
    if (target.kind === 'named') return { ids: [...new Set(target.ids)], isMore: false }
    const { movedAtOnceMax = MOVED_AT_ONCE_MAX } = this.#options
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = await this.#options.context.store.capsules.listRecordedBefore(target.before, {
        limit: PER_PAGE,
        ...(cursor !== undefined && { cursor }),
      })
      for (const one of page.items) if (target.isDue(one)) ids.push(one.id)
      cursor = page.next
    } while (cursor !== undefined && ids.length < movedAtOnceMax)
    return { ids: ids.slice(0, movedAtOnceMax), isMore: cursor !== undefined || ids.length > movedAtOnceMax }
  }
}

const NOTHING: ArchiveOutcome = {
  ...{ rows: [], capsules: 0, chunks: 0, versions: 0, contentBytes: 0, refused: [], isMore: false },
}

function counted(outcome: ArchiveOutcome, bodies: readonly CapsuleBody[]): ArchiveOutcome {
  return {
    ...outcome,
    capsules: outcome.capsules + 1,
    chunks: outcome.chunks + bodies.length - 1,
    versions: outcome.versions + bodies.reduce((sum, body) => sum + body.versions.length, 0),
    contentBytes: outcome.contentBytes + contentBytesOf(bodies),
  }
}
