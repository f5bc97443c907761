import type { Candidate, CandidateQuery, CapsuleFilter } from '#capsules'
import { isWithin } from '../../domain/capsules/rules/index.ts'
import { assertFits } from './apply-capsule-change.ts'
import { bm25 } from './bm25.ts'
import { headOf, type MemoryState, type VersionRow } from './memory-state.ts'
import { factsOf, selectMatch } from './select-version.ts'
import { cosine } from './vectors.ts'

/** How many of the best candidates pass their strength on along links. */
const GRAPH_SEEDS_MAX = 50

type Scores = ReadonlyMap<string, number>

/**
 * Everything the filter admits is scored by every signal; each signal's best are the candidates. Filtering first is what
 * makes k hits certain where k match.
 *
 * @throws CascadeError EMBEDDING_MISMATCH when the query's vector does not fit its model.
 */
export function findCandidates(state: MemoryState, query: CandidateQuery): Candidate[] {
  if (query.embedding) assertFits(state, query.embedding)
  const pool = admitted(state, query)
  const lexical = query.text === undefined ? new Map() : lexicalScores(state, pool, query)
  // A space that is being removed would answer with what happens to be left in it.
  const isRetired = state.spaces.get(query.embedding?.model ?? '')?.role === 'retired'
  const vector = isRetired ? new Map<string, number>() : vectorScores(pool, query)
  const direct = best(lexical, query.perSignal).union(best(vector, query.perSignal))
  const graph = graphScores(state, pool, strengths(direct, lexical, vector))
  return [...direct.union(best(graph, query.perSignal))].map((id) => ({
    id,
    version: pool.get(id)!.version,
    effectiveTrust: state.capsules.get(id)!.effectiveTrust,
    validFrom: pool.get(id)!.validFrom,
    signals: {
      ...(lexical.has(id) && { lexical: lexical.get(id) }),
      ...(vector.has(id) && { vector: vector.get(id) }),
      ...(graph.has(id) && { graph: graph.get(id) }),
    },
  }))
}

/** The version of each capsule that may be found. */
function admitted(state: MemoryState, { filter }: CandidateQuery): ReadonlyMap<string, VersionRow> {
  const pool = new Map<string, VersionRow>()
  for (const row of state.capsules.values()) {
    const version = selectMatch(row, filter)
    if (version?.indexed) pool.set(row.id, version)
  }
  return pool
}

function lexicalScores(state: MemoryState, pool: ReadonlyMap<string, VersionRow>, query: CandidateQuery): Scores {
  const scores = bm25(query.text ?? '', collectionOf(state, query.filter))
  return new Map(
    pool.entries().flatMap(([id, version]) => {
      const score = scores.get(version)
      return score === undefined ? [] : [[id, score] as const]
    }),
  )
}

/**
 * The versions among which words are counted: ACTIVE heads where the filter asks for them, and all others where it asks
 * for those, within reach. What else the filter says decides who is found, not how rare a word is.
 */
export function collectionOf(
  state: MemoryState,
  { statuses = ['ACTIVE'], asOf, knownAt, reach }: CapsuleFilter,
): VersionRow[] {
  const isPast = asOf !== undefined || knownAt !== undefined
  const withHeads = isPast || statuses.includes('ACTIVE')
  const withRest = isPast || statuses.some((status) => status !== 'ACTIVE')
  const chosen: VersionRow[] = []
  for (const row of state.capsules.values()) {
    if (reach && !isWithin(reach, factsOf(row))) continue
    const active = row.status === 'ACTIVE' ? headOf(row) : undefined
    for (const version of row.versions) {
      if (version.indexed && (version === active ? withHeads : withRest)) chosen.push(version)
    }
  }
  return chosen
}

function vectorScores(pool: ReadonlyMap<string, VersionRow>, { embedding }: CandidateQuery): Scores {
  const scores = new Map<string, number>()
  for (const [id, version] of pool) {
    const vector = embedding && version.vectors.get(embedding.model)
    if (vector) scores.set(id, cosine(vector, embedding.vector))
  }
  return scores
}

/** How good each direct candidate is, 0-1: its best signal in relation to the best of that signal. */
function strengths(direct: ReadonlySet<string>, lexical: Scores, vector: Scores): Scores {
  const top = Math.max(...lexical.values())
  const strength = (id: string): number => Math.max((lexical.get(id) ?? 0) / top || 0, vector.get(id) ?? 0)
  const all = [...direct].map((id) => [id, strength(id)] as const)
  return new Map(all.sort((a, b) => b[1] - a[1]).slice(0, GRAPH_SEEDS_MAX))
}

/** The strongest link to one of the seeds, times the seed's strength. */
function graphScores(state: MemoryState, pool: ReadonlyMap<string, VersionRow>, seeds: Scores): Scores {
  const scores = new Map<string, number>()
  for (const { from, to, weight } of state.links.values()) {
    for (const [seed, other] of [
      [from, to],
      [to, from],
    ] as const) {
      const score = weight * (seeds.get(seed) ?? 0)
      if (pool.has(other) && score > (scores.get(other) ?? 0)) scores.set(other, score)
    }
  }
  return scores
}

const best = (scores: Scores, count: number): ReadonlySet<string> =>
  new Set(
    [...scores]
      .sort((a, b) => b[1] - a[1])
      .slice(0, count)
      .map(([id]) => id),
  )
