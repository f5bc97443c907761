import {
  EXPORT_FORMAT,
  EXPORT_FORMAT_VERSION,
  type ExportCounts,
  type ExportedCapsule,
  type ExportedVersion,
  type ExportLine,
} from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleCounts } from '../capsule-counts.ts'
import type { VersionSummary } from '../capsule-store.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { getCapsule } from '../use-cases/read-capsule.ts'
import { listTrustEvents } from '../use-cases/trust-history.ts'
import { capsuleLines } from './capsule-lines.ts'
import { ExportCut } from './export-cut.ts'
import { capsuleDigest, StoreDigest, versionDigest } from './export-digest.ts'
import { SubjectNames, toExportedCapsule, toExportedVersion } from './exported.ts'
import { incomplete } from './incomplete.ts'
import { listSummaries } from './list-summaries.ts'

export interface ExportOptions {
  /** Names what exports: the program and its version. */
  readonly instance: string
  readonly vectors: boolean
  readonly signal: AbortSignal
}

export type ExportContext = Pick<CapsuleContext, 'store' | 'subjects' | 'clock'>

const CAPSULES_PER_PAGE = 50
/** All that has words. */
const STATUSES = ['ACTIVE', 'ARCHIVED', 'QUARANTINED'] as const

/**
 * Everything that the store knows, line by line: each capsule with all its versions, oldest first; last the numbers and
 * the digest. What is recorded after the export began is left out, so that no version names one that is not there.
 *
 * @throws CascadeError DATA_CORRUPT, at the end at the latest, where something that the store counted is not in it.
 */
export async function* exportStore(
  context: ExportContext,
  options: ExportOptions,
): AsyncGenerator<ExportLine, void, undefined> {
  // Counted before the cut: whatever is counted was there.
  const counted = await context.store.capsules.counts()
  const exporter = new Exporter(context, options, await ExportCut.open(context))
  yield {
    kind: 'export',
    format: EXPORT_FORMAT,
    format_version: EXPORT_FORMAT_VERSION,
    instance: options.instance,
    exported_at: toRfc3339(context.clock()),
  }
  yield* exporter.lines()
  yield exporter.end(counted)
}

/** Capsules that the lineage of one may have before it is cut. */
export const LINEAGE_EXPORTED_MAX = 1000

export interface ExportedLineage {
  /** The capsule first, then its ancestors, nearest first. */
  readonly lines: AsyncIterable<ExportLine>
  /** True when it has more than `LINEAGE_EXPORTED_MAX` capsules, of which the nearest were taken. */
  readonly isCut: boolean
}

/**
 * One capsule and what it derives from, by way of any of its versions.
 *
 * @throws CascadeError NOT_FOUND, ERASED.
 */
export async function exportLineage(
  context: ExportContext,
  id: string,
  options: ExportOptions,
  nodesMax = LINEAGE_EXPORTED_MAX,
): Promise<ExportedLineage> {
  await getCapsule(context, id)
  const lineage = await context.store.capsules.lineage(id, { direction: 'ancestors', nodesMax })
  const nodes = (lineage?.nodes ?? []).toSorted((a, b) => a.depth - b.depth)
  const exporter = new Exporter(context, options, await ExportCut.open(context))
  return { lines: exporter.each(nodes.map((node) => node.id)), isCut: lineage?.truncated ?? false }
}

const NOTHING: ExportCounts = { capsules: 0, chunks: 0, versions: 0, edges: 0, links: 0, trust_entries: 0 }

class Exporter {
  readonly #context: ExportContext
  readonly #options: ExportOptions
  readonly #cut: ExportCut
  readonly #names: SubjectNames
  readonly #digest = new StoreDigest()
  #counts = NOTHING
  /** Capsules that lie in an archive. */
  #away = 0

  constructor(context: ExportContext, options: ExportOptions, cut: ExportCut) {
    this.#context = context
    this.#options = options
    this.#cut = cut
    this.#names = new SubjectNames(context.subjects)
  }

  async *lines(): AsyncGenerator<ExportLine, void, undefined> {
    let cursor: string | undefined
    do {
      this.#options.signal.throwIfAborted()
      const page = { limit: CAPSULES_PER_PAGE, ...(cursor === undefined ? {} : { cursor }) }
      const { items, next } = await this.#context.store.capsules.list({ statuses: STATUSES }, page)
      for (const head of items) {
        if (head.archivedIn === null) yield* this.capsule(head)
        else this.#away++
      }
      cursor = next
    } while (cursor !== undefined)
  }

  /** Those of them that have words. */
  async *each(ids: readonly string[]): AsyncGenerator<ExportLine, void, undefined> {
    for (const id of ids) {
      const [head] = await this.#context.store.capsules.getHeads([id])
      if (!head) throw incomplete(`the capsule ${id} cannot be read`)
      // What lies in an archive says nothing here.
      if (head.status !== 'ERASED' && head.archivedIn === null) yield* this.capsule(head)
    }
  }

  end(counted: CapsuleCounts): ExportLine {
    checkWhole(this.#counts, counted, this.#away)
    const away = this.#away > 0 && { in_archive: this.#away }
    return { kind: 'end', counts: this.#counts, ...away, digest: this.#digest.end() }
  }

  async *capsule(head: StoredCapsule): AsyncGenerator<ExportLine, void, undefined> {
    const summaries = await this.#summaries(head)
    if (summaries.length === 0) return
    const capsule = await this.#whole(head, summaries)
    yield* capsuleLines(capsule)
    const digests: string[] = []
    for await (const version of this.#versions(head, summaries)) {
      digests.push(versionDigest(version))
      this.#counts = countVersion(this.#counts, version)
      yield version
    }
    this.#counts = countCapsule(this.#counts, capsule)
    this.#digest.add(capsule.id, capsuleDigest(capsule, digests))
  }

  /** With all its links and trust history, more perhaps than one line may hold. */
  async #whole(head: StoredCapsule, summaries: readonly VersionSummary[]): Promise<ExportedCapsule> {
    const { store } = this.#context
    const leaving = (await store.capsules.links(head.id)).filter(({ from }) => from === head.id)
    const links = await filter(leaving, (link) => this.#cut.hasLink(link))
    const trustHistory = await listTrustEvents({ store }, head.id)
    const versions = summaries.map(({ version }) => version)
    return toExportedCapsule({ head, versions, links, trustHistory }, this.#names)
  }

  /** Oldest first, those that were there when the export began. */
  async #summaries({ id }: StoredCapsule): Promise<readonly VersionSummary[]> {
    const summaries = await listSummaries(this.#context.store.capsules, id)
    return filter(summaries, (summary) => this.#cut.hasVersion(id, summary))
  }

  async *#versions(
    head: StoredCapsule,
    summaries: readonly VersionSummary[],
  ): AsyncGenerator<ExportedVersion, void, undefined> {
    const { capsules } = this.#context.store
    const hasChunks = await this.#hasChunks(head)
    for (const [index, { version: name, versionReason }] of summaries.entries()) {
      this.#options.signal.throwIfAborted()
      const version = name === head.version ? head : await capsules.findVersion(head.id, name)
      if (!version) throw incomplete(`version ${name} of the capsule ${head.id} cannot be read`)
      const isLast = index === summaries.length - 1
      const vector = this.#options.vectors ? await capsules.findEmbedding(head.id, name) : undefined
      const aside = { versionReason, hasChunks, vector }
      const exported = await toExportedVersion(version, aside, this.#names)
      // The end that a version left out has set is left out too.
      yield isLast && !version.isHead ? { ...exported, valid_to: null } : exported
    }
  }

  async #hasChunks({ id, partOf, embeddingModel }: StoredCapsule): Promise<boolean> {
    if (partOf !== null || embeddingModel !== null) return false
    const { items } = await this.#context.store.capsules.list({ partOf: id, statuses: STATUSES }, { limit: 1 })
    return items.length > 0
  }
}

async function filter<T>(items: readonly T[], isWanted: (item: T) => Promise<boolean>): Promise<readonly T[]> {
  const wanted: T[] = []
  for (const item of items) if (await isWanted(item)) wanted.push(item)
  return wanted
}

/** The versions of what was erased, or lies in an archive, are counted by the store alone. */
function checkWhole({ capsules, chunks, versions }: ExportCounts, counted: CapsuleCounts, away: number): void {
  const without = (counted.byStatus.ERASED?.capsules ?? 0) + away
  const missing = counted.capsules - without - capsules - chunks
  if (missing > 0) throw incomplete(`${missing} of ${counted.capsules - without} capsules cannot be read`)
  const missingVersions = without > 0 ? 0 : counted.versions - versions
  if (missingVersions > 0) throw incomplete(`${missingVersions} of ${counted.versions} versions cannot be read`)
}

const countVersion = (counts: ExportCounts, { parents }: ExportedVersion): ExportCounts => ({
  ...counts,
  versions: counts.versions + 1,
  edges: counts.edges + parents.length,
})

const countCapsule = (counts: ExportCounts, { chunk, links, trust_history }: ExportedCapsule): ExportCounts => ({
  ...counts,
  capsules: counts.capsules + (chunk ? 0 : 1),
  chunks: counts.chunks + (chunk ? 1 : 0),
  links: counts.links + links.length,
  trust_entries: counts.trust_entries + trust_history.length,
})
