import { type FileHandle, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { type ExportFile, type ExportManifest, exportedCapsule, exportedVersion } from '@forge-cascade/contract'
import type { z } from 'zod'
import { CascadeError, isCascadeError, sha256Hex, unreadable } from '#base'
import {
  type ChunkApart,
  EXPORT_LISTS,
  type ExportedDocument,
  type ExportedHistory,
  type ExportedPart,
  exportPathKind,
  goesAlong,
  historyFile,
  orderByLineage,
  parseCapsuleFile,
  parseVersionFile,
  type SaidVersion,
} from '../../domain/capsules/export/index.ts'
import type { ImportItem, ImportSource, KnownFiles } from '../../domain/capsules/import/index.ts'
import { bondsOf } from './cascade-bonds.ts'
import { checkExport, FILE_BYTES_MAX, openListed, readManifest } from './cascade-files.ts'
import { LIST_LINE_BYTES_MAX, parseLine, readLines } from './file-lines.ts'
import { decode } from './file-text.ts'
import { readRegularFile } from './read-regular-file.ts'

/** Versions that are written in one command. */
const VERSIONS_PER_PART = 32
/**
 * Opens what another instance has exported, and checks every file against the manifest before anything is read of it.
 *
 * @throws CascadeError SOURCE_UNREADABLE for what is no export, or is not as the export wrote it.
 */
export async function openCascadeSource(
  path: string,
  { acceptChanges }: { readonly acceptChanges: boolean },
  signal: AbortSignal,
): Promise<ImportSource> {
  const root = await realpath(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  try {
    const manifest = await readManifest(root)
    const changed = await checkExport(root, manifest, acceptChanges, signal)
    return new CascadeSource(root, manifest, changed)
  } catch (error) {
    if (!isCascadeError(error)) throw unreadable(path, error)
    throw new CascadeError('SOURCE_UNREADABLE', `${path}: ${error.detail}`, { cause: error })
  }
}

/** Where a capsule is found. */
type Place = { readonly file: ExportFile } | { readonly offset: number; readonly document: string | undefined }

class CascadeSource implements ImportSource {
  readonly kind = 'cascade'
  readonly root: string
  readonly #manifest: ExportManifest
  readonly #changed: ReadonlySet<string>
  /** Looked for once: each chunk asks, and the files may be a million. */
  readonly #chunksDigest: string
  #chunks: FileHandle | undefined

  constructor(root: string, manifest: ExportManifest, changed: ReadonlySet<string>) {
    this.root = root
    this.#manifest = manifest
    this.#changed = changed
    this.#chunksDigest = manifest.files.find(({ path }) => path === EXPORT_LISTS.chunks)?.sha256 ?? ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks?.close()
  }

  async *totals(): AsyncGenerator<number, void, undefined> {
    yield this.#manifest.counts.capsules + this.#manifest.counts.chunks
  }

  async *items(_known: KnownFiles, signal: AbortSignal): AsyncGenerator<ImportItem, void, undefined> {
    const places = await this.#places()
    const parents = await this.#parents(places)
    // The newest come first in an export: turned round, most are in order already.
    const { ids, circular } = orderByLineage([...places.keys()].reverse(), (id) => parents.get(id) ?? [])
    for (const id of circular) yield skipped(this.#pathOf(id, places), 'it derives from itself, by way of others')
    const inactive = new Map<string, InactiveDocument>()
    for (const id of ids) {
      signal.throwIfAborted()
      yield* this.#capsule(id, places, inactive)
    }
    const paths = (id: string): string | undefined => (places.has(id) ? this.#pathOf(id, places) : undefined)
    const documents = [...inactive].filter(([, { isFollowed }]) => isFollowed)
    yield* bondsOf(this.root, this.#manifest, paths, documents)
  }

  /** Every capsule of the export, the newest first. */
  async #places(): Promise<ReadonlyMap<string, Place>> {
    const places = new Map<string, Place>()
    for (const file of this.#manifest.files)
      if (file.id !== undefined && exportPathKind(file.path) === 'capsule') places.set(file.id, { file })
    this.#chunks = await openListed(this.root, this.#manifest, EXPORT_LISTS.chunks)
    if (!this.#chunks) return places
    let [id, offset] = ['', 0]
    for await (const line of readLines(this.#chunks, LIST_LINE_BYTES_MAX)) {
      const head = parseLine(line.bytes)
      if (head.kind === 'capsule') [id, offset] = [String(head.id), line.offset]
      else if (!places.has(id)) places.set(id, { offset, document: documentOf(head.part_of) })
    }
    return places
  }

  /** What each capsule rests upon: its parents, and a chunk upon its document. */
  async #parents(places: ReadonlyMap<string, Place>): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const parents = new Map<string, Set<string>>()
    const add = (child: string, parent: string) =>
      void parents.set(child, (parents.get(child) ?? new Set()).add(parent))
    for (const [id, place] of places) if ('offset' in place && place.document) add(id, place.document)
    const handle = await openListed(this.root, this.#manifest, EXPORT_LISTS.edges)
    if (!handle) return parents
    try {
      for await (const { bytes } of readLines(handle, LIST_LINE_BYTES_MAX)) {
        const { child, parent } = parseLine(bytes)
        if (typeof child === 'string' && typeof parent === 'string') add(child, parent)
      }
    } finally {
      await handle.close()
    }
    return parents
  }

  #pathOf(id: string, places: ReadonlyMap<string, Place>): string {
    const place = places.get(id)
    return place && 'file' in place ? place.file.path : `${EXPORT_LISTS.chunks}#${id}`
  }

  async *#capsule(
    id: string,
    places: ReadonlyMap<string, Place>,
    inactive: Map<string, InactiveDocument>,
  ): AsyncGenerator<ImportItem, void, undefined> {
    const path = this.#pathOf(id, places)
    const place = places.get(id)
    if (!place) return
    try {
      const isFile = 'file' in place
      const opened = isFile ? await this.#openFile(place.file) : await this.#openChunk(id, place, inactive)
      const { history, digest, validTo } = opened
      const { status, versions } = history.capsule
      const version = versions.at(-1) ?? ''
      if (isFile && status !== 'ACTIVE')
        inactive.set(id, { status, version, validTo, apart: [], unended: [], isFollowed: false })
      if (!isFile) noteChunk({ id, version, status, validTo }, inactive.get(place.document ?? ''))
      yield* partsOf({ path, digest, history, isChanged: this.#changed.has(path) })
    } catch (error) {
      if (!isCascadeError(error)) throw error
      yield skipped(path, error.detail)
    }
  }

  async #openFile(file: ExportFile): Promise<Opened> {
    const text = await this.#readText(file.path)
    const { head, content } = parseCapsuleFile(text)
    const { owner, trust, status, versions, ...said } = head
    if (head.id !== file.id) throw unfit('it is of another capsule than the manifest says')
    if (versions.at(-1) !== head.version) throw unfit(`it is version ${head.version}, and its list ends with another`)
    const newest: SaidVersion = { ...said, content }
    const older = keepLast((index) => this.#readVersion(file.id ?? '', versions[index] ?? ''))
    const history: ExportedHistory = {
      capsule: { id: head.id, owner, trust, status, versions },
      document: undefined,
      isChunk: false,
      version: async (index) => (index === versions.length - 1 ? newest : older(index)),
    }
    const digest = this.#changed.has(file.path) ? sha256Hex(text) : file.sha256
    return { history, digest, validTo: head.valid_to }
  }

  async #readVersion(id: string, version: string): Promise<SaidVersion> {
    const path = historyFile(id, version)
    if (!this.#listed.has(path)) throw unfit(`the export holds no version ${version} of it`)
    const { head, content } = parseVersionFile(await this.#readText(path))
    if (head.id !== id || head.version !== version) throw unfit(`${path} says that it is ${head.id} ${head.version}`)
    return { ...head, content }
  }

  get #listed(): ReadonlySet<string> {
    this.#paths ??= new Set(this.#manifest.files.map(({ path }) => path))
    return this.#paths
  }
  #paths: ReadonlySet<string> | undefined

  async #openChunk(
    id: string,
    { offset, document }: { readonly offset: number; readonly document: string | undefined },
    inactive: ReadonlyMap<string, InactiveDocument>,
  ): Promise<Opened> {
    const lines = this.#chunkLines(offset)
    const first = await lines.next()
    if (first.done) throw unfit('it is not there any more')
    const { versions, ...whole } = parse(chunkHead, first.value)
    const read: SaidVersion[] = []
    for await (const bytes of lines) {
      read.push(parse(chunkVersion, bytes))
      if (read.length === versions.length) break
    }
    const last = read.at(-1)
    if (whole.id !== id || !last || read.some((said, index) => said.id !== id || said.version !== versions[index]))
      throw unfit('its lines do not belong together')
    const { kind: _kind, ...capsule } = whole
    const history: ExportedHistory = {
      capsule: { ...capsule, versions },
      document: document === undefined ? undefined : inactive.get(document),
      isChunk: true,
      version: async (index) => {
        const version = read[index]
        if (!version) throw unfit(`the export holds no version ${versions[index]} of it`)
        return version
      },
    }
    return { history, digest: this.#chunksDigest, validTo: last.valid_to }
  }

  async *#chunkLines(offset: number): AsyncGenerator<Buffer, void, undefined> {
    if (!this.#chunks) return
    for await (const { bytes } of readLines(this.#chunks, LIST_LINE_BYTES_MAX, offset)) yield bytes
  }

  async #readText(path: string): Promise<string> {
    const read = await readRegularFile(join(this.root, path), this.root, FILE_BYTES_MAX)
    if ('reason' in read) throw unfit(read.reason)
    const text = read.bytes && decode(read.bytes)
    if (text === undefined) throw unfit('it is too large, or no UTF-8 text')
    return text
  }
}

interface InactiveDocument extends ExportedDocument {
  readonly apart: ChunkApart[]
  readonly unended: { readonly id: string; readonly version: string }[]
  /** Some chunk has gone along with it. */
  isFollowed: boolean
}

function noteChunk(
  chunk: { readonly id: string; readonly version: string; readonly status: string; readonly validTo: string | null },
  document: InactiveDocument | undefined,
): void {
  if (!document) return
  const { id, version, status } = chunk
  if (goesAlong(chunk, document)) {
    document.isFollowed = true
    if (chunk.validTo === null) document.unended.push({ id, version })
  } else if (status === 'ACTIVE') document.apart.push({ id, version, status })
  else if (status === 'ARCHIVED' && document.status === 'QUARANTINED') document.apart.push({ id, version, status })
}

interface Opened {
  readonly history: ExportedHistory
  readonly digest: string
  readonly validTo: string | null
}

const chunkHead = exportedCapsule.pick({ kind: true, id: true, owner: true, trust: true, status: true, versions: true })
const chunkVersion = exportedVersion.omit({ recorded_at: true, vector: true })

function* partsOf(fields: Pick<ExportedPart, 'path' | 'digest' | 'history' | 'isChanged'>): Generator<ExportedPart> {
  const count = fields.history.capsule.versions.length
  for (let from = 0; from < count; from += VERSIONS_PER_PART)
    yield { kind: 'exported', ...fields, from, to: Math.min(count, from + VERSIONS_PER_PART) }
}

/** The version read last is wanted again at once, as the one before the next. */
function keepLast(read: (index: number) => Promise<SaidVersion>): (index: number) => Promise<SaidVersion> {
  let kept: { readonly index: number; readonly version: Promise<SaidVersion> } | undefined
  return (index) => {
    if (kept?.index !== index) kept = { index, version: read(index) }
    return kept.version
  }
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer): T {
  const parsed = schema.safeParse(parseLine(bytes))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unfit(`a line of it: /${issue?.path.join('/') ?? ''} ${issue?.message ?? 'is not what it should be'}`)
}

const documentOf = (partOf: unknown): string | undefined =>
  typeof partOf === 'object' && partOf !== null && 'id' in partOf && typeof partOf.id === 'string'
    ? partOf.id
    : undefined

const skipped = (path: string, reason: string): ImportItem => ({ kind: 'skipped', path, reason })

const unfit = (reason: string): CascadeError => new CascadeError('UNPROCESSABLE', reason)
