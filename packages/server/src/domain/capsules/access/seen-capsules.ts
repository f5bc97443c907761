import { CascadeError } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import { CANDIDATES_PER_SIGNAL_MAX, type CapsuleFilter, type CapsuleStore, type Page } from '../capsule-store.ts'
import { capsuleChanges } from '../changes.ts'
import { type CapsuleFacts, factsOf, isWithin } from './capsule-reach.ts'
import type { ReadRights } from './read-rights.ts'
import { seenLineage } from './seen-lineage.ts'

/** So many times as many are asked for when rights refused some of what was found. */
const GROWTH = 4

/**
 * The capsules as a caller sees them: as if there were no others. What names an unreadable one beside other things, such as
 * the parents of a capsule, does not name it. Changes are made as ever: who may change what is not decided here.
 */
export class Sight {
  readonly #capsules: CapsuleStore
  readonly #rights: ReadRights

  constructor(capsules: CapsuleStore, rights: ReadRights) {
    this.#capsules = capsules
    this.#rights = rights
  }

  within(filter: CapsuleFilter): CapsuleFilter {
    const { reach } = this.#rights
    return reach === undefined ? filter : { ...filter, reach }
  }

  /** Those of the ids that may be read. */
  async readable(ids: Iterable<string>): Promise<ReadonlySet<string>> {
    const asked = [...new Set(ids)]
    if (asked.length === 0) return NONE
    const facts = await this.#capsules.getFacts(asked)
    await this.prepare(facts)
    return new Set(facts.filter((one) => this.mayRead(one)).map(({ id }) => id))
  }

  async prepare(capsules: readonly Pick<CapsuleFacts, 'owner'>[]): Promise<void> {
    await this.#rights.prepare?.([...new Set(capsules.map(({ owner }) => owner))])
  }

  /** What is asked about has been prepared. */
  mayRead(facts: CapsuleFacts): boolean {
    const { reach } = this.#rights
    return (reach === undefined || isWithin(reach, facts)) && this.#rights.mayRead(facts)
  }

  /** Those that may be read, without what they name that may not. */
  async show(capsules: readonly StoredCapsule[]): Promise<readonly StoredCapsule[]> {
    await this.prepare(capsules)
    const heads = new Map(capsules.filter(({ isHead }) => isHead).map((head) => [head.id, this.mayRead(factsOf(head))]))
    const named = capsules.flatMap(({ parents, partOf }) => [
      ...parents.map(({ id }) => id),
      ...(partOf ? [partOf.id] : []),
    ])
    const others = await this.readable([...named, ...capsules.map(({ id }) => id)].filter((id) => !heads.has(id)))
    const isSeen = (id: string): boolean => heads.get(id) ?? others.has(id)
    return capsules
      .filter(({ id }) => isSeen(id))
      .map((capsule) => ({
        ...capsule,
        parents: capsule.parents.filter(({ id }) => isSeen(id)),
        partOf: capsule.partOf && isSeen(capsule.partOf.id) ? capsule.partOf : null,
      }))
  }
}

const NONE: ReadonlySet<string> = new Set()

/** The reading half of the port for a caller of these rights. */
export function seenCapsules(capsules: CapsuleStore, rights: ReadRights): CapsuleStore {
  const sight = new Sight(capsules, rights)
  const one = async (capsule: StoredCapsule | undefined): Promise<StoredCapsule | undefined> =>
    capsule && (await sight.show([capsule]))[0]
  const isSeen = async (id: string): Promise<boolean> => (await sight.readable([id])).size > 0
  return {
    ...capsuleChanges,
    getHeads: async (ids) => sight.show(await capsules.getHeads(ids)),
    async getFacts(ids) {
      const facts = await capsules.getFacts(ids)
      await sight.prepare(facts)
      return facts.filter((one) => sight.mayRead(one))
    },
    findVersion: async (id, version) => one(await capsules.findVersion(id, version)),
    findAsOf: async (id, asOf, knownAt) => one(await capsules.findAsOf(id, asOf, knownAt)),
    findByPlace: async (scope, place) => one(await capsules.findByPlace(scope, place)),
    listVersions: async (id, page) =>
      (await isSeen(id)) ? capsules.listVersions(id, page) : { items: [], next: undefined },
    readVersions: async (id) => sight.show(await capsules.readVersions(id)),
    list: (filter, page) =>
      untilFull(
        page,
        (next) => capsules.list(sight.within(filter), next),
        (items) => sight.show(items),
      ),
    listRevisions: (filter, page) =>
      untilFull(
        page,
        (next) => capsules.listRevisions(sight.within(filter), next),
        async (items) => {
          const seen = await sight.readable(items.map(({ id }) => id))
          return items.filter(({ id }) => seen.has(id))
        },
      ),
    async candidates(query) {
      const found = await capsules.candidates({ ...query, filter: sight.within(query.filter) })
      const seen = await sight.readable(found.candidates.map(({ id }) => id))
      return { ...found, candidates: found.candidates.filter(({ id }) => seen.has(id)) }
    },
    async search(query, ranking) {
      const filter = sight.within(query.filter)
      for (let limit = ranking.limit; ; limit *= GROWTH) {
        const perSignal = Math.min(CANDIDATES_PER_SIGNAL_MAX, Math.max(query.perSignal, limit))
        const found = await capsules.search({ ...query, filter, perSignal }, { ...ranking, limit })
        const shown = new Map((await sight.show(found.hits.map((hit) => hit.capsule))).map((each) => [each.id, each]))
        const hits = found.hits.flatMap((hit) => {
          const capsule = shown.get(hit.capsule.id)
          return capsule ? { ...hit, capsule } : []
        })
        // Whether others have vectors of a model is not told.
        if (hits.length >= ranking.limit || found.hits.length < limit)
          return { ...found, hits: hits.slice(0, ranking.limit), isModelKnown: true }
      }
    },
    findSpeakers: (filter, names) => capsules.findSpeakers(sight.within(filter), names),
    lineage: (id, query) => seenLineage(capsules, (ids) => sight.readable(ids), id, query),
    async links(id, kinds) {
      const links = await capsules.links(id, kinds)
      const seen = await sight.readable([id, ...links.flatMap(({ from, to }) => [from, to])])
      return links.filter(({ from, to }) => seen.has(from) && seen.has(to))
    },
    trustHistory: async (id, limit) => ((await isSeen(id)) ? capsules.trustHistory(id, limit) : []),
    async parentTrust(id) {
      const parents = await capsules.parentTrust(id)
      const seen = await sight.readable([id, ...parents.map((parent) => parent.id)])
      return seen.has(id) ? parents.filter((parent) => seen.has(parent.id)) : []
    },
    findEmbedding: async (id, version) => ((await isSeen(id)) ? capsules.findEmbedding(id, version) : undefined),
    async findEmbeddings(named) {
      const seen = await sight.readable(named.map(({ id }) => id))
      const found = await capsules.findEmbeddings(named.filter(({ id }) => seen.has(id)))
      const left = [...found]
      return named.map(({ id }) => (seen.has(id) ? left.shift() : undefined))
    },
    counts: whole,
    count: whole,
    listUnsettled: whole,
    listUnembedded: whole,
    embeddingSpaces: whole,
    listOfSubject: whole,
    readBodies: whole,
    findArchived: whole,
    listRecordedBefore: whole,
  }
}

/** What is about the store as a whole has no part that is somebody's. */
const whole = (): Promise<never> => Promise.reject(ofWhole())

export const ofWhole = (): CascadeError =>
  new CascadeError(
    'FORBIDDEN',
    'This tells of capsules that you may not read beside those that you may; ask an administrator or a steward.',
  )

interface PageAsked {
  readonly limit: number
  readonly cursor?: string
}

/** Goes on until a page is full of what passes, or nothing is left. */
async function untilFull<T>(
  { limit, ...start }: PageAsked,
  read: (page: PageAsked) => Promise<Page<T>>,
  pass: (items: readonly T[]) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const found: T[] = []
  for (let from: Pick<PageAsked, 'cursor'> = start; ; ) {
    const { items, next } = await read({ ...from, limit: limit - found.length })
    found.push(...(await pass(items)))
    if (next === undefined || found.length >= limit) return { items: found, next }
    from = { cursor: next }
  }
}
