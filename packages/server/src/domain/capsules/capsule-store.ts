import type { CapsuleStatus, CapsuleType, LinkKind } from '@forge-cascade/contract'
import type { Change, Grant } from '#store'
import type { CapsuleFacts, CapsuleReach } from './access/capsule-reach.ts'
import type { Embedding, Link, StoredCapsule, TrustEntry, VersionContent } from './capsule.ts'
import type { AgedCapsule, ArchiveChange, ArchivedCapsule, CapsuleBody, ReturnedCapsule } from './capsule-body.ts'
import type { CapsuleCounts } from './capsule-counts.ts'
import type { CapsuleDraft, VersionDraft } from './capsule-draft.ts'
import type { EmbeddingSpaces, SpaceChange } from './embedding-spaces.ts'
import type { Candidate } from './search/candidate.ts'
import type { NamedSpeaker } from './search/question.ts'
import type { Hit, Ranking } from './search/rank.ts'

/** Which capsules a caller asks for. Members left out do not filter; all that are given must match. */
export interface CapsuleFilter {
  readonly owner?: string
  readonly identity?: string
  readonly lane?: string
  readonly fold?: string
  readonly types?: readonly CapsuleType[]
  /** All of them must be present. */
  readonly tags?: readonly string[]
  /** ACTIVE alone when left out. */
  readonly statuses?: readonly CapsuleStatus[]
  /** Least effective trust. */
  readonly minTrust?: number
  /**
   * Answers from the version of each capsule that was valid at this moment (ms), whether or not it is archived now: what
   * was archived before it is no part of the answer.
   */
  readonly asOf?: number
  /** Answers from what was recorded by this moment (ms): later versions do not exist, nor do the ends they set. */
  readonly knownAt?: number
  /** Chunks of this document alone. */
  readonly partOf?: string
  /** False leaves chunks of documents out (lists), true takes chunks alone; both when left out (search). */
  readonly chunks?: boolean
  /** Those that a caller may read, as their heads are now; a bound also of what is counted for ranking. */
  readonly reach?: CapsuleReach
}

export interface CapsuleCreateChange extends Change {
  readonly kind: 'capsule.create'
  readonly draft: CapsuleDraft
  /** `scope`: when an ACTIVE head has equal (owner, identity, lane, fold, type, place, fingerprint), that one is it. */
  readonly dedupe: 'scope' | 'none'
}
export interface CapsuleVersionChange extends Change {
  readonly kind: 'capsule.version'
  readonly draft: VersionDraft
}
export interface CapsuleStatusChange extends Change {
  readonly kind: 'capsule.status'
  readonly id: string
  readonly status: Exclude<CapsuleStatus, 'ERASED'>
  readonly withChunks: boolean
  readonly at?: number
}
export interface CapsuleTrustChange extends Change {
  readonly kind: 'capsule.trust'
  readonly id: string
  readonly trust: number
  readonly reason: string
}
export interface CapsuleLinkChange extends Change {
  readonly kind: 'capsule.link'
  readonly from: string
  readonly to: string
  readonly link: LinkKind
  readonly weight: number
}
export interface CapsuleUnlinkChange extends Change {
  readonly kind: 'capsule.unlink'
  readonly from: string
  readonly to: string
  readonly link: LinkKind
}
/** Recomputes effective trust that may rise, for the capsules named; lowering never waits for this. */
export interface CapsuleSettleChange extends Change {
  readonly kind: 'capsule.settle'
  readonly ids: readonly string[]
}
/** Takes everything that a capsule says, in all its versions, and leaves its place in the lineage. */
export interface CapsuleEraseChange extends Change {
  readonly kind: 'capsule.erase'
  readonly id: string
}
export type CapsuleChange =
  | CapsuleCreateChange
  | CapsuleVersionChange
  | CapsuleStatusChange
  | CapsuleTrustChange
  | CapsuleLinkChange
  | CapsuleUnlinkChange
  | CapsuleSettleChange
  | SpaceChange
  | CapsuleEraseChange
  | ArchiveChange

/** A question to the indexes. At least one of `text` and `embedding` is given. */
export interface CandidateQuery {
  /** Words as a person typed them; nothing in them is an operator. */
  readonly text?: string
  readonly embedding?: Embedding
  readonly filter: CapsuleFilter
  /** How many candidates each signal contributes (1-1000). */
  readonly perSignal: number
  /** The answer must contain every change up to this sequence; waits for it, UNAVAILABLE when it does not come. */
  readonly minSequence?: number
}

export interface CandidateAnswer {
  readonly candidates: readonly Candidate[]
  /** Every change up to this sequence was seen. */
  readonly sequence: number
}

export interface SearchAnswer {
  /** Best first, at most as many as the ranking wants. */
  readonly hits: readonly Hit[]
  /** Every change up to this sequence was seen. */
  readonly sequence: number
  /** False when no vector of the query's model was ever stored; true without a vector in the query. */
  readonly isModelKnown: boolean
}

/** Whom a capsule belongs to or speaks of: an owner by id, an identity by its text; either is enough. */
export interface SubjectOfCapsules {
  readonly owner?: string
  readonly identity?: string
}

export interface LineageQuery {
  readonly direction: 'ancestors' | 'descendants'
  /** Steps from the start, at most; all when left out. */
  readonly depthMax?: number
  readonly nodesMax: number
}

export interface LineageNode {
  readonly id: string
  /** The head's version. */
  readonly version: string
  readonly title: string | null
  readonly status: CapsuleStatus
  readonly trust: number
  readonly effectiveTrust: number
  /** When the capsule was first recorded. */
  readonly createdAt: number
  /** Least number of steps from the start. */
  readonly depth: number
}

/** A DERIVED_FROM edge. `current` is false when only an older version of the child names this parent. */
export interface LineageEdge {
  readonly child: string
  readonly childVersion: string
  readonly parent: string
  readonly parentVersion: string
  readonly reason: string
  readonly at: number
  readonly current: boolean
}

/** Nodes include the start, oldest first by (createdAt, id); edges are those between the nodes. */
export interface Lineage {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  /** True when `nodesMax` cut the answer. */
  readonly truncated: boolean
}

/** One row of a capsule's history, newest first. */
export interface VersionSummary {
  readonly version: string
  readonly ordinal: number
  readonly title: string | null
  readonly author: string
  readonly versionReason: string | null
  readonly source: VersionContent['source']
  readonly fingerprint: string
  readonly createdAt: number
  readonly validFrom: number
  readonly validTo: number | null
}

export interface CapsuleRevision {
  readonly id: string
  readonly revision: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Opaque; hand it back to continue. Undefined on the last page. Stable while capsules come and go. */
  readonly next: string | undefined
}

/**
 * Capsules, their versions, edges, vectors and text; search and lineage. Reads see every change whose receipt was
 * returned before they began. Mutating methods return a change; only `append` writes.
 */
export interface CapsuleStore extends EmbeddingSpaces {
  /**
   * The head of each id that exists, in the order asked; erased ones come with empty content and status ERASED, archived
   * ones that lie in a segment with empty content and its name (`archivedIn`).
   */
  getHeads(ids: readonly string[]): Promise<readonly StoredCapsule[]>
  /** What access to each of them depends on, in the order asked; ids that nobody has are left out. */
  getFacts(ids: readonly string[]): Promise<readonly CapsuleFacts[]>
  findVersion(id: string, version: string): Promise<StoredCapsule | undefined>
  /** The version valid at `asOf`, as recorded by `knownAt`. */
  findAsOf(id: string, asOf: number, knownAt?: number): Promise<StoredCapsule | undefined>
  /** The ACTIVE or ARCHIVED capsule at this place of this owner and scope. */
  findByPlace(
    scope: {
      readonly owner: string
      readonly identity: string | null
      readonly lane: string | null
      readonly fold: string | null
    },
    place: string,
  ): Promise<StoredCapsule | undefined>
  /** Newest version first. */
  listVersions(id: string, page: { readonly limit: number; readonly cursor?: string }): Promise<Page<VersionSummary>>
  /** All versions with their content, oldest first; for blame and diff. At most `VERSIONS_READ_MAX`, the newest. */
  readVersions(id: string): Promise<readonly StoredCapsule[]>
  /** Newest capsule first. */
  list(filter: CapsuleFilter, page: { readonly limit: number; readonly cursor?: string }): Promise<Page<StoredCapsule>>
  /** The same as `list` without what they say: ids and revisions alone. `asOf` and `knownAt` are not looked at. */
  listRevisions(
    filter: CapsuleFilter,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<CapsuleRevision>>
  /** The union of what every signal brings up, each within the filter; nothing outside the filter is ever in it. */
  candidates(query: CandidateQuery): Promise<CandidateAnswer>
  /**
   * Which of the names mean someone who said or wrote what passes the filter: a whole name or its first word. At most
   * `SPEAKERS_MAX`.
   */
  findSpeakers(filter: CapsuleFilter, names: readonly string[]): Promise<readonly NamedSpeaker[]>
  /** The best of the candidates in the order of `rank`, with their capsules: all read from one state. */
  search(query: CandidateQuery, ranking: Ranking): Promise<SearchAnswer>
  /** Undefined when the capsule does not exist. */
  lineage(id: string, query: LineageQuery): Promise<Lineage | undefined>
  /** Links of a capsule in both directions. */
  links(id: string, kinds?: readonly LinkKind[]): Promise<readonly Link[]>
  /** Newest first, at most `limit`. */
  trustHistory(id: string, limit: number): Promise<readonly TrustEntry[]>
  /** Effective trust and status of the parents the head names. */
  parentTrust(id: string): Promise<readonly { readonly id: string; readonly effectiveTrust: number }[]>
  /** All that can be counted; takes time in proportion to what is stored. */
  counts(): Promise<CapsuleCounts>
  /** How many capsules there are, as `counts` says it, for who asks often. */
  count(): Promise<number>
  /** Newest capsules that may deserve more effective trust than is stored; empty when all is settled. */
  listUnsettled(limit: number): Promise<readonly string[]>
  /** The vector of a version, as stored. */
  findEmbedding(id: string, version: string): Promise<Embedding | undefined>
  /** The vectors of versions, as stored, in the order they are named in. */
  findEmbeddings(
    named: readonly { readonly id: string; readonly version: string }[],
  ): Promise<readonly (Embedding | undefined)[]>

  /** Ids of what is not erased and has this owner, or this identity in any version; newest first. */
  listOfSubject(
    subject: SubjectOfCapsules,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<string>>
  /**
   * All of each capsule that is in the store and not erased, in the order asked; for an archive.
   *
   * @param bytesMax contents of all versions of one; `BODY_BYTES_MAX` when left out.
   * @throws CascadeError UNPROCESSABLE for one that has more.
   */
  readBodies(ids: readonly string[], bytesMax?: number): Promise<readonly CapsuleBody[]>
  /** Where each of them lies that is in a segment, in the order asked. */
  findArchived(ids: readonly string[]): Promise<readonly ArchivedCapsule[]>
  /**
   * ACTIVE and ARCHIVED capsules in the store, but for chunks, whose newest version was recorded before a moment (ms); in
   * the order of their creation. A page may be short, or empty, before the last.
   */
  listRecordedBefore(
    moment: number,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<AgedCapsule>>

  create(grant: Grant, draft: CapsuleDraft, dedupe: 'scope' | 'none'): Change
  addVersion(grant: Grant, draft: VersionDraft): Change
  /**
   * Archiving ends the validity of the head; what becomes ACTIVE again is as if it had always been.
   *
   * @param options.withChunks the chunks of the document go along: see `followDocument`.
   * @param options.at the moment (ms) from which an archived head is not valid any more, as far as it lies between the
   *   beginning of its validity and now; now when left out.
   */
  setStatus(
    grant: Grant,
    id: string,
    status: Exclude<CapsuleStatus, 'ERASED'>,
    options?: { readonly withChunks?: boolean; readonly at?: number },
  ): Change
  setTrust(grant: Grant, id: string, trust: number, reason: string): Change
  link(grant: Grant, from: string, to: string, kind: LinkKind, weight?: number): Change
  unlink(grant: Grant, from: string, to: string, kind: LinkKind): Change
  settle(grant: Grant, ids: readonly string[]): Change
  /**
   * Empties every version of the capsule and takes away its vectors, signatures, index entries, links, the history of its
   * trust, and what edges of its lineage quote. Its id, the numbers and times of its versions, its edges and its owner stay, with
   * status ERASED: nothing changes it any more (ERASED). Erasing it again changes nothing. Its chunks are capsules of
   * their own.
   */
  erase(grant: Grant, id: string): Change
  /**
   * Takes capsules out of the store that lie in a segment whole: versions, vectors, signatures, index entries, the history
   * of trust. There stay: id, owner, title, scope, type and tags of the head, numbers, times, authors and identities of
   * versions, links, and the place in the lineage. Each has status ARCHIVED and validity as `setStatus` gives it. Until it
   * comes back nothing but erasing changes it (IN_ARCHIVE), nothing finds it, and no import meets it at its place.
   *
   * Erased ones are refused (ERASED), and those that lie in a segment already (IN_ARCHIVE).
   */
  offload(grant: Grant, segment: string, capsules: readonly Pick<ArchivedCapsule, 'id' | 'key'>[]): Change
  /**
   * Brings a capsule back as it was before `offload`, but for revision and the time of change. Effective trust is worked
   * out anew. @throws, when appended, CONFLICT for one that is in the store, ERASED, UNPROCESSABLE for other versions than
   * it has.
   */
  reload(grant: Grant, capsule: ReturnedCapsule): Change
}

/** Contents of all versions of a capsule that moves into an archive. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024
export const VERSIONS_READ_MAX = 10_000
export const CANDIDATES_PER_SIGNAL_MAX = 1000
/** Speakers that a question can name; one who is named among many is hardly meant. */
export const SPEAKERS_MAX = 8
/** At most so many near-duplicates are named and linked; those from `NEAR_DUPLICATE_SIMILARITY` on, best first. */
export const NEAR_DUPLICATES_MAX = 5
