import type { Candidate, CandidateQuery, Passage, PassageTerms, RankingSource } from '#capsules'
import { FIELD_WEIGHTS, standingOf, TERM_MIN } from '../../domain/capsules/rules/index.ts'
import { collectionOf } from './candidates.ts'
import { getCapsule, type MemoryState, type VersionRow } from './memory-state.ts'
import { selectMatch } from './select-version.ts'
import { findTerm, spellings, streamOf } from './term-streams.ts'
import { cosine } from './vectors.ts'

/** Length as BM25 counts it. */
const lengthOf = ({ title, tags, content }: PassageTerms): number =>
  FIELD_WEIGHTS.title * countOf(title) + FIELD_WEIGHTS.tags * countOf(tags) + FIELD_WEIGHTS.content * countOf(content)

const countOf = (field: Uint32Array): number => field.reduce((count, number) => count + Number(number >= TERM_MIN), 0)

/** What ranking reads of the state as it is now. Asked once, it is forgotten with the search. */
export function createRankingSource(state: MemoryState, { filter, embedding }: CandidateQuery): RankingSource {
  const streams = collectionOf(state, filter).map(streamOf)
  const toPassage = (candidate: Candidate, version: VersionRow): Passage => ({
    candidate,
    terms: streamOf(version),
    ...standingOf(version, version.partOf, getCapsule(state, candidate.id).owner),
  })
  const versionOf = ({ id, version }: Candidate): VersionRow =>
    getCapsule(state, id).versions.find((each) => each.version === version)!
  const members = (): Passage[] =>
    [...state.capsules.values()].flatMap((row) => {
      const version = selectMatch(row, filter)
      if (!version?.indexed) return []
      const { id, effectiveTrust } = row
      const candidate = { id, version: version.version, effectiveTrust, validFrom: version.validFrom, signals: {} }
      return [toPassage(candidate, version)]
    })
  const asked = embedding && state.spaces.get(embedding.model)?.role === 'retired' ? undefined : embedding
  let threads: Map<Passage['thread'], Passage[]> | undefined
  return {
    size: () => ({ documents: streams.length, length: streams.reduce((sum, each) => sum + lengthOf(each), 0) }),
    findTerm,
    holders: (term) => streams.filter((stream) => Object.values(stream).some((field) => field.includes(term))).length,
    spellings,
    read: (candidates) => candidates.map((candidate) => toPassage(candidate, versionOf(candidate))),
    readThread: (thread, position, reach) => {
      threads ??= Map.groupBy(members(), (passage) => passage.thread)
      return (threads.get(thread) ?? [])
        .filter((each) => Math.abs((each.position ?? 0) - position) <= reach)
        .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
    },
    cosines: (passages) =>
      passages.map(({ candidate }) => {
        const vector = asked && versionOf(candidate).vectors.get(asked.model)
        return asked && vector ? cosine(vector, asked.vector) : undefined
      }),
  }
}
