import {
  type CandidateAnswer,
  type CapsuleStore,
  capsuleChanges,
  type Embedding,
  rank,
  type SoftMatcher,
  SPEAKERS_MAX,
  type StoredCapsule,
  VERSIONS_READ_MAX,
} from '#capsules'
import { isNamed, standingOf } from '../../domain/capsules/rules/index.ts'
import { isAged, toAged, toBody } from './archive-rows.ts'
import { findCandidates } from './candidates.ts'
import { countCapsules } from './capsule-counter.ts'
import { pageOf } from './cursor.ts'
import { unsettled } from './effective-trust.ts'
import { walkLineage } from './lineage.ts'
import { type CapsuleRow, getCapsule, headOf, type MemoryState } from './memory-state.ts'
import { createRankingSource } from './ranking-source.ts'
import { factsOf, selectMatch, selectVersion, toStored } from './select-version.ts'
import { listUnembedded, readSpaces, vectorOf } from './spaces.ts'

/**
 * The reading half of the port over `state`.
 *
 * @param reached resolves with the newest sequence once it is at least the one asked for.
 * @param matcher tells how near words are, for ranking.
 */
export function createCapsuleStore(
  state: MemoryState,
  reached: (sequence: number) => Promise<number>,
  matcher?: SoftMatcher,
): CapsuleStore {
  const rows = (ids: readonly string[]): CapsuleRow[] => ids.flatMap((id) => state.capsules.get(id) ?? [])
  const toHead = (row: CapsuleRow): StoredCapsule => toStored(state, row, headOf(row))
  const newestFirst = (): CapsuleRow[] => [...state.capsules.values()].sort(byAgeDescending)

  return {
    ...capsuleChanges,

    async getHeads(ids) {
      return rows(ids).map(toHead)
    },

    async getFacts(ids) {
      return rows(ids).map(factsOf)
    },

    async findVersion(id, version) {
      const row = state.capsules.get(id)
      const found = row?.versions.find((candidate) => candidate.version === version)
      return row && found && toStored(state, row, found)
    },

    async findAsOf(id, asOf, knownAt) {
      const row = state.capsules.get(id)
      const version = row && selectVersion(row, { asOf, ...(knownAt !== undefined && { knownAt }) })
      return row && version && toStored(state, row, version, knownAt)
    },

    async findByPlace(scope, place) {
      const found = newestFirst().filter(
        (row) => (row.status === 'ACTIVE' || row.status === 'ARCHIVED') && isAt(row, scope, place),
      )
      const chosen = found.find((row) => row.status === 'ACTIVE') ?? found[0]
      return chosen && toHead(chosen)
    },

    async listVersions(id, page) {
      const row = state.capsules.get(id)
      const newest = (row?.versions ?? []).map((version) => toStored(state, row!, version)).reverse()
      const { items, next } = pageOf(newest, page, ordinalOf, (item, key) => item.ordinal >= Number(key))
      return { items: items.map((item) => ({ ...item, versionReason: reasonOf(row!, item) })), next }
    },

    async readVersions(id) {
      const row = state.capsules.get(id)
      return row ? row.versions.slice(-VERSIONS_READ_MAX).map((version) => toStored(state, row, version)) : []
    },

    async list(filter, page) {
      const matching = newestFirst().flatMap((row) => {
        const version = selectMatch(row, filter)
        return version ? [{ row, version }] : []
      })
      const passed = (item: { readonly row: CapsuleRow }, key: string): boolean =>
        state.capsules.has(key) && byAgeDescending(item.row, getCapsule(state, key)) <= 0
      const { items, next } = pageOf(matching, page, ({ row }) => row.id, passed)
      return { items: items.map(({ row, version }) => toStored(state, row, version, filter.knownAt)), next }
    },

    async listRevisions({ asOf: _asOf, knownAt: _knownAt, ...filter }, page) {
      const matching = newestFirst().filter((row) => selectMatch(row, filter))
      const passed = (row: CapsuleRow, key: string): boolean =>
        state.capsules.has(key) && byAgeDescending(row, getCapsule(state, key)) <= 0
      const { items, next } = pageOf(matching, page, ({ id }) => id, passed)
      return { items: items.map(({ id, revision }) => ({ id, revision })), next }
    },

    async readBodies(ids, bytesMax) {
      return rows(ids).flatMap((row) =>
        row.status === 'ERASED' || row.archived ? [] : [toBody(row, row.status, bytesMax)],
      )
    },

    async findArchived(ids) {
      return rows(ids).flatMap(({ id, archived }) => (archived ? [{ id, ...archived }] : []))
    },

    async listRecordedBefore(moment, page) {
      const found = newestFirst()
        .reverse()
        .filter((row) => isAged(row, moment))
      const passed = (row: CapsuleRow, key: string): boolean => byAgeDescending(row, getCapsule(state, key)) >= 0
      const { items, next } = pageOf(found, page, ({ id }) => id, passed)
      return { items: items.map(toAged), next }
    },

    async candidates(query): Promise<CandidateAnswer> {
      const sequence = await reached(query.minSequence ?? -1)
      return { candidates: findCandidates(state, query), sequence }
    },

    async search(query, ranking) {
      const sequence = await reached(query.minSequence ?? -1)
      const role = query.embedding && state.spaces.get(query.embedding.model)?.role
      const isModelKnown = query.embedding === undefined || (role !== undefined && role !== 'retired')
      const placed = rank(findCandidates(state, query), ranking, createRankingSource(state, query), matcher)
      const hits = placed.map((one) => {
        const { id, version } = one.candidate
        const row = getCapsule(state, id)
        const found = row.versions.find((one) => one.version === version)!
        return { ...one, capsule: toStored(state, row, found, query.filter.knownAt) }
      })
      return { hits, sequence, isModelKnown }
    },

    async findSpeakers(filter, names) {
      const speakers = [...state.capsules.values()].flatMap((row) => {
        const version = selectMatch(row, filter)
        return version?.indexed ? (standingOf(version, null, row.owner).speaker ?? []) : []
      })
      const named = names.flatMap((name) =>
        [...new Set(speakers)].filter((speaker) => isNamed(speaker, name)).map((speaker) => ({ name, speaker })),
      )
      return named.slice(0, SPEAKERS_MAX)
    },

    async lineage(id, query) {
      return state.capsules.has(id) ? walkLineage(state, id, query) : undefined
    },

    async listOfSubject({ owner, identity }, page) {
      const found = newestFirst().filter(
        (row) =>
          row.status !== 'ERASED' &&
          (row.owner === owner ||
            (identity !== undefined && row.versions.some((version) => version.identity === identity))),
      )
      const passed = (row: CapsuleRow, key: string): boolean => byAgeDescending(row, getCapsule(state, key)) <= 0
      const { items, next } = pageOf(found, page, ({ id }) => id, passed)
      return { items: items.map(({ id }) => id), next }
    },

    async links(id, kinds) {
      const own = state.links.values().filter((link) => link.from === id || link.to === id)
      return own.filter((link) => kinds?.includes(link.kind) ?? true).toArray()
    },

    async trustHistory(id, limit) {
      return rows([id]).flatMap((row) => row.trustHistory.toReversed().slice(0, limit))
    },

    async parentTrust(id) {
      const parents = rows([id]).flatMap((row) => headOf(row).parents.map((parent) => parent.id))
      return rows([...new Set(parents)]).map((row) => ({ id: row.id, effectiveTrust: row.effectiveTrust }))
    },

    async counts() {
      return countCapsules(state)
    },

    async count() {
      return state.capsules.size
    },

    async embeddingSpaces() {
      return readSpaces(state)
    },

    async listUnembedded(model, page) {
      return listUnembedded(state, model, page)
    },

    async listUnsettled(limit) {
      return unsettled(state).slice(0, limit)
    },

    async findEmbedding(id, version) {
      return findEmbedding(state, id, version)
    },

    async findEmbeddings(named) {
      return named.map(({ id, version }) => findEmbedding(state, id, version))
    },
  }
}

function findEmbedding(state: MemoryState, id: string, version: string): Embedding | undefined {
  const found = state.capsules.get(id)?.versions.find((candidate) => candidate.version === version)
  const own = found && vectorOf(state, found)
  return own && { model: own.model, vector: own.vector.slice() }
}

const ordinalOf = ({ ordinal }: StoredCapsule): string => String(ordinal)

const reasonOf = (row: CapsuleRow, { ordinal }: StoredCapsule): string | null =>
  row.versions[ordinal - 1]!.versionReason

function byAgeDescending(a: CapsuleRow, b: CapsuleRow): number {
  return b.versions[0]!.createdAt - a.versions[0]!.createdAt || (a.id > b.id ? -1 : Number(a.id < b.id))
}

type Scope = Parameters<CapsuleStore['findByPlace']>[0]

function isAt(row: CapsuleRow, scope: Scope, place: string): boolean {
  const head = headOf(row)
  return (
    row.owner === scope.owner &&
    head.identity === scope.identity &&
    head.lane === scope.lane &&
    head.fold === scope.fold &&
    head.place === place
  )
}
