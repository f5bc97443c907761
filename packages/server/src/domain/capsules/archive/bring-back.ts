import { type Manifest, readUnit, requireManifest, type UnitEntry } from '#archive'
import { CascadeError, isCascadeError, sha256Hex } from '#base'
import type { Grant } from '#store'
import type { ArchivedCapsule, CapsuleBody, VersionBody } from '../capsule-body.ts'
import { embeddedText } from '../use-cases/draft.ts'
import { embedDocuments, type OwnVectors } from '../use-cases/embed-documents.ts'
import { getPlaced } from '../use-cases/read-capsule.ts'
import { tell } from '../use-cases/tell.ts'
import { toReturned } from './returned-capsule.ts'
import { type ArchivesOptions, appendOne } from './segment-rows.ts'
import { readUnitText } from './unit-text.ts'

/** Texts that are embedded at once. */
const TEXTS_AT_ONCE = 64

export interface BroughtBack {
  readonly capsules: number
  readonly chunks: number
  readonly versions: number
  /** Those that were asked for and are in the store already. */
  readonly here: readonly string[]
}

/**
 * Brings capsules back as they were, each with the chunks of its document. A chunk brings its document.
 *
 * @throws CascadeError NOT_FOUND, ERASED; UNAVAILABLE when the archive does not answer, ARCHIVE_DAMAGED for what is not whole
 *   there: those before it are back then.
 */
export async function bringBack(
  options: ArchivesOptions,
  grant: Grant<'capsule.reload'>,
  ids: readonly string[],
): Promise<BroughtBack> {
  const { store } = options.context
  const roots = new Set<string>()
  for (const id of ids) roots.add((await getPlaced(options.context, id)).partOf?.id ?? id)
  const away = await store.capsules.findArchived([...roots])
  const isAway = new Set(away.map(({ id }) => id))
  let total: BroughtBack = { capsules: 0, chunks: 0, versions: 0, here: [...roots].filter((id) => !isAway.has(id)) }
  for (const [segment, capsules] of Map.groupBy(away, (one) => one.segment)) {
    const manifest = await requireManifest(options.objects, segment)
    for (const capsule of capsules) {
      const bodies = await readBodies(options, manifest, capsule)
      await reload(options, grant, segment, bodies)
      const versions = bodies.reduce((sum, body) => sum + body.versions.length, 0)
      total = {
        ...total,
        capsules: total.capsules + 1,
        chunks: total.chunks + bodies.length - 1,
        versions: total.versions + versions,
      }
    }
  }
  return total
}

async function readBodies(
  { objects }: ArchivesOptions,
  manifest: Manifest,
  { id, key }: ArchivedCapsule,
): Promise<readonly CapsuleBody[]> {
  const entry: UnitEntry | undefined = manifest.units.find((unit) => unit.id === id)
  if (!entry) throw new CascadeError('ARCHIVE_DAMAGED', `Segment ${manifest.segment} does not hold ${id}.`)
  return readUnitText(id, await readUnit(objects, manifest, entry, key))
}

/** A document and its chunks in one command: they were one before. */
async function reload(
  { context }: ArchivesOptions,
  grant: Grant<'capsule.reload'>,
  segment: string,
  bodies: readonly CapsuleBody[],
): Promise<void> {
  const { store, newId } = context
  const [root] = bodies
  if (!root) return
  const vectors = await embedAgain(context, bodies)
  const changes = bodies.map((body) =>
    store.capsules.reload(
      grant,
      toReturned(body, (version) => vectors.get(version) ?? NO_VECTORS),
    ),
  )
  const id = sha256Hex(`reload:${root.id}:${segment}:${newId()}`).slice(0, 32)
  const telling = tell(grant, 'capsule.reloaded', root.id, { segment, chunks: bodies.length - 1 })
  await appendOne(store, { id, grant, changes, ...telling })
}

const NO_VECTORS: OwnVectors = { embedding: null }

/** The vectors that the store makes itself, by the embedder that there is now. Without one they are made in the background. */
async function embedAgain(
  context: ArchivesOptions['context'],
  bodies: readonly CapsuleBody[],
): Promise<ReadonlyMap<VersionBody, OwnVectors>> {
  const own = bodies.flatMap(({ versions }) => versions.filter(({ indexed, given }) => indexed && given === null))
  const made = new Map<VersionBody, OwnVectors>()
  try {
    for (let at = 0; at < own.length; at += TEXTS_AT_ONCE) {
      const some = own.slice(at, at + TEXTS_AT_ONCE)
      const vectors = await embedDocuments(context, some.map(embeddedText))
      for (const [index, version] of some.entries()) made.set(version, vectors[index] ?? NO_VECTORS)
    }
  } catch (error) {
    if (!isCascadeError(error) || error.code !== 'EMBEDDER_UNAVAILABLE') throw error
  }
  return made
}
