import { systemRandom } from '#base'
import type { Change, Command, Receipt } from '#store'
import {
  commandOf,
  commit,
  grantOf,
  nextId,
  receiptOf,
  type StoreUnderTest,
  TEST_SUBJECT,
} from '../../platform/store/testing.ts'
import type { Store } from '../store.ts'
import type { ParentEdge, StoredCapsule, VersionContent } from './capsule.ts'
import type { CapsuleDraft, VersionDraft } from './capsule-draft.ts'
import type { CandidateQuery, CapsuleFilter } from './capsule-store.ts'
import type { Candidate } from './search/candidate.ts'
import { readQuestion } from './search/question.ts'
import type { Ranking } from './search/rank.ts'
import { makeDraft } from './use-cases/draft.ts'

/** How a suite gets its store. */
export type OpenStore = () => Promise<StoreUnderTest<Store>>
export type Under = StoreUnderTest<Store>

const PLAIN: Omit<VersionContent, 'content'> = {
  type: 'knowledge',
  title: null,
  tags: [],
  category: null,
  licence: 'private',
  licenceTerms: null,
  identity: null,
  lane: null,
  fold: null,
  metadata: {},
  source: null,
  parents: [],
}

/** A draft with a fresh id. Short texts of its own unless told otherwise, so that nothing resembles it by accident. */
export function draftOf(fields: Partial<CapsuleDraft> = {}): CapsuleDraft {
  const id = nextId()
  const content = `n ${id.slice(-12)}`
  const identity = { id, owner: TEST_SUBJECT, author: TEST_SUBJECT, trust: 60, embedding: null, validFrom: null }
  return { ...makeDraft({ ...PLAIN, content, ...fields }, { ...identity, ...placed(fields) }, systemRandom), ...fields }
}

const placed = ({ place }: Partial<CapsuleDraft>) => (place === undefined ? {} : { place })

/** The next version of what `before` was drafted as: same members but those given. */
export function versionOf(before: CapsuleDraft, version: string, fields: Partial<CapsuleDraft> = {}): VersionDraft {
  const { trust: _trust, owner: _owner, ...rest } = draftOf({ ...contentOf(before), id: before.id, ...fields })
  return { ...rest, version, versionReason: null }
}

function contentOf(draft: CapsuleDraft): Partial<CapsuleDraft> {
  const { type, title, content, tags, category, licence, licenceTerms } = draft
  const { identity, lane, fold, metadata, source, parents, partOf, place, indexed } = draft
  return {
    ...{ type, title, content, tags, category, licence, licenceTerms },
    ...{ identity, lane, fold, metadata, source, parents, partOf, place, indexed },
  }
}

/** An edge to the first version of a capsule, unless another is named. */
export const parentOf = (id: string, version = '1.0.0'): ParentEdge => ({ id, version, reason: 'derived', at: 1000 })

export function createCommand(store: Store, draft: CapsuleDraft, dedupe: 'scope' | 'none' = 'none'): Command {
  const grant = grantOf('capsule.create')
  return commandOf(grant, [store.capsules.create(grant, draft, dedupe)])
}

/** Creates one capsule and answers its draft. */
export async function create(store: Store, fields: Partial<CapsuleDraft> = {}): Promise<CapsuleDraft> {
  const draft = draftOf(fields)
  await commit(store, createCommand(store, draft))
  return draft
}

/** Commands of one append: fewer than the limit, so that a test's writes stay responsive. */
const BATCH = 500

/** Carries out many commands, in order; throws the first refusal. */
export async function commitAll(store: Store, commands: readonly Command[]): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = []
  for (let at = 0; at < commands.length; at += BATCH) {
    receipts.push(...(await store.append(commands.slice(at, at + BATCH))).map(receiptOf))
  }
  return receipts
}

export const createAll = (store: Store, drafts: readonly CapsuleDraft[]): Promise<readonly Receipt[]> =>
  commitAll(
    store,
    drafts.map((draft) => createCommand(store, draft)),
  )

export function versionCommand(store: Store, draft: VersionDraft): Command {
  const grant = grantOf('capsule.update')
  return commandOf(grant, [store.capsules.addVersion(grant, draft)])
}

export const addVersion = (store: Store, draft: VersionDraft): Promise<Receipt> =>
  commit(store, versionCommand(store, draft))

type SettableStatus = 'ACTIVE' | 'ARCHIVED' | 'QUARANTINED'

type StatusOptions = Parameters<Store['capsules']['setStatus']>[3]

export function statusCommand(store: Store, id: string, status: SettableStatus, options?: StatusOptions): Command {
  const grant = grantOf('capsule.trust')
  return commandOf(grant, [store.capsules.setStatus(grant, id, status, options)])
}

export const setStatus = (
  store: Store,
  id: string,
  status: SettableStatus,
  options?: StatusOptions,
): Promise<Receipt> => commit(store, statusCommand(store, id, status, options))

export function trustCommand(store: Store, id: string, trust: number, reason = 'tested'): Command {
  const grant = grantOf('capsule.trust')
  return commandOf(grant, [store.capsules.setTrust(grant, id, trust, reason)])
}

export const setTrust = (store: Store, id: string, trust: number, reason?: string): Promise<Receipt> =>
  commit(store, trustCommand(store, id, trust, reason))

export function linkCommand(store: Store, ...link: LinkArguments): Command {
  const grant = grantOf('capsule.link')
  return commandOf(grant, [store.capsules.link(grant, ...link)])
}
type LinkArguments = Parameters<Store['capsules']['link']> extends [unknown, ...infer Rest] ? Rest : never

export const link = (store: Store, ...given: LinkArguments): Promise<Receipt> =>
  commit(store, linkCommand(store, ...given))

/** A change under the grant of `system.maintain`, with its record. */
export function maintain(store: Store, change: (grant: ReturnType<typeof grantOf>) => Change): Promise<Receipt> {
  const grant = grantOf('system.maintain')
  return commit(store, commandOf(grant, [change(grant)]))
}

/** Each round settles at least one capsule for good, so more rounds than capsules are an endless loop. */
const SETTLE_ROUNDS_MAX = 20_000

/** Raises effective trust until nothing is unsettled. */
export async function settleAll(store: Store): Promise<void> {
  for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
    const ids = await store.capsules.listUnsettled(1000)
    if (ids.length === 0) return
    await maintain(store, (grant) => store.capsules.settle(grant, ids))
  }
  throw new Error('the store does not settle')
}

export async function getHead(store: Store, id: string): Promise<StoredCapsule> {
  const [head] = await store.capsules.getHeads([id])
  if (!head) throw new Error(`there is no capsule ${id}`)
  return head
}

/** An order by the signals alone. */
export const RANKING: Ranking = {
  weights: { lexical: 1, position: 1, vector: 1, graph: 1 },
  trustBoost: 0,
  freshnessBoost: 0,
  question: readQuestion(''),
  sees: 'words',
  now: 0,
  limit: 50,
  diversity: 0,
}

/** What a question by words, by vector or by both brings up. */
export async function search(
  store: Store,
  filter: CapsuleFilter,
  question: Partial<CandidateQuery>,
): Promise<readonly Candidate[]> {
  return (await store.capsules.candidates({ filter, perSignal: 50, ...question })).candidates
}

export const idsOf = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id)

/** Pages of one test; more is an endless list. */
const PAGES_MAX = 5000

/** Every page of a list. `between` runs after each page. */
export async function listAll<T>(
  read: (cursor: {
    readonly cursor?: string
  }) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<T[]> {
  const all: T[] = []
  let cursor: { readonly cursor?: string } = {}
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const { items, next } = await read(cursor)
    all.push(...items)
    if (next === undefined) return all
    cursor = { cursor: next }
    await between()
  }
  throw new Error('the pages do not end')
}

/** A vector of `dimensions` numbers from a random source, around the centre of one of eight clusters. */
export function randomVector(random: () => number, dimensions: number): Float32Array {
  const cluster = Math.floor(random() * 8)
  return Float32Array.from({ length: dimensions }, (_, index) => Math.sin(cluster * 7 + index) + random() - 0.5)
}
