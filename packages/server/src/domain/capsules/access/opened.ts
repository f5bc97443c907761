import { SHARE_RIGHTS, type ShareRight } from '@forge-cascade/contract'
import type { Subject } from '#identity'
import type { Records } from '#store'
import type { CapsuleContext } from '../use-cases/context.ts'
import { type CapsuleFacts, type CapsuleReach, isWithin } from './capsule-reach.ts'
import { type Acceptance, listAllBy, type Share } from './share.ts'

export type SharedRights = (capsule: CapsuleFacts) => readonly ShareRight[]

/** What others opened to a subject: by sharing, and by terms that it accepted. */
export interface Opened {
  readonly reach: Pick<CapsuleReach, 'ids' | 'namespaces'>
  readonly accepted: ReadonlySet<string>
  /** Rights to a capsule that others gave it, and what it bought. */
  readonly shared: SharedRights
}

interface Kept {
  readonly opened: Opened
  /** Milliseconds since 1970: when the first of its shares ends. */
  readonly until: number
  readonly rows: number
}

/** Shares and acceptances at hand, of all subjects; at the bound all are let go at once. */
const KEPT_ROWS_MAX = 100_000

/**
 * What is opened to subjects, at hand. One process writes in a data folder, which is locked, so that whoever changes shares
 * there says so by `forget`.
 */
class OpenedCache {
  readonly #records: Records
  readonly #kept = new Map<string, Kept>()
  #rows = 0
  #changes = 0

  constructor(records: Records) {
    this.#records = records
  }

  async find(subject: string, now: number): Promise<Opened> {
    const known = this.#kept.get(subject)
    if (known && now < known.until) return known.opened
    const changes = this.#changes
    const read = await readOpened(this.#records, subject)
    // What was changed while it was read may be missing in it.
    if (changes === this.#changes) this.#keep(subject, read)
    return read.opened
  }

  #keep(subject: string, read: Kept): void {
    if (this.#rows + read.rows >= KEPT_ROWS_MAX) this.#clear()
    this.#rows += read.rows + 1 - this.#rowsOf(subject)
    this.#kept.set(subject, read)
  }

  #rowsOf(subject: string): number {
    const known = this.#kept.get(subject)
    return known === undefined ? 0 : known.rows + 1
  }

  forget(subject: string | undefined): void {
    this.#changes += 1
    if (subject === undefined) {
      this.#clear()
      return
    }
    this.#rows -= this.#rowsOf(subject)
    this.#kept.delete(subject)
  }

  #clear(): void {
    this.#kept.clear()
    this.#rows = 0
  }
}

const CACHES = new WeakMap<Records, OpenedCache>()

function cacheOf(records: Records): OpenedCache {
  const cache = CACHES.get(records) ?? new OpenedCache(records)
  CACHES.set(records, cache)
  return cache
}

type Context = Pick<CapsuleContext, 'store' | 'clock'>

export const findOpened = ({ store, clock }: Context, { id }: Subject): Promise<Opened> =>
  cacheOf(store.records).find(id, clock())

/**
 * Has what is opened to a subject read anew. Called when a change of shares or acceptances is stored, or may be.
 *
 * @param subject its id; that of every subject when it is left out.
 */
export const forgetOpened = (records: Records, subject?: string): void => cacheOf(records).forget(subject)

async function readOpened(records: Records, subject: string): Promise<Kept> {
  const shares: Share[] = []
  for await (const { value } of listAllBy<Share>(records, 'shares', 'with', subject)) shares.push(value)
  const accepted = new Set<string>()
  for await (const { value } of listAllBy<Acceptance>(records, 'acceptances', 'subject', subject))
    accepted.add(value.capsule)
  const byRight = SHARE_RIGHTS.map((right) => ({ right, reach: { ...NOBODY, ...sharedBy(shares, right) } }))
  const shared: SharedRights = (capsule) => {
    const rights = byRight.filter(({ reach }) => isWithin(reach, capsule)).map(({ right }) => right)
    return isSold(capsule, accepted) && !rights.includes('read') ? [...rights, 'read'] : rights
  }
  const until = shares.reduce((first, share) => Math.min(first, share.until ?? first), Number.POSITIVE_INFINITY)
  return { opened: { reach: sharedBy(shares), accepted, shared }, until, rows: shares.length + accepted.size }
}

const NOBODY: Pick<CapsuleReach, 'owners' | 'licences'> = { owners: [], licences: [] }

/** @param right the shares that give it; all of them let read. */
const sharedBy = (shares: readonly Share[], right?: ShareRight): Opened['reach'] => {
  const given = shares.filter((share) => right === undefined || share.right === right)
  return {
    ids: given.flatMap((share) => share.capsule ?? []),
    namespaces: given.flatMap((share) => share.namespace ?? []),
  }
}

/** Who accepted its terms reads it as long as it is for sale. */
export const isSold = ({ id, document, licence }: CapsuleFacts, accepted: ReadonlySet<string>): boolean =>
  licence === 'for-sale' && (accepted.has(id) || (document !== null && accepted.has(document)))
