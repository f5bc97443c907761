import type { Source } from '@forge-cascade/contract'
import { CascadeError, sha256Hex, toRfc3339 } from '#base'
import type { VersionContent } from '../capsule.ts'
import { FIRST_VERSION, nextVersion } from '../text/semver.ts'
import {
  type DraftIdentity,
  describeVersion,
  makeDraft,
  makeVersionDraft,
  placeOf,
  placeOfChunk,
  type TextTraits,
} from '../use-cases/draft.ts'
import { inTurns } from '../use-cases/in-turns.ts'
import type { CapsuleStep } from './capsule-step.ts'
import type { DocumentChunk, DocumentText } from './document.ts'
import { type ChunkState, chunkDigest, type DocumentState } from './document-state.ts'
import type { ImportSettings } from './import-settings.ts'
import type { PresentFile } from './import-source.ts'

/** What happens to the capsules of a file, and how they stand afterwards. */
export interface DocumentPlan {
  readonly steps: readonly CapsuleStep[]
  readonly state: DocumentState
  /** Chunks that the document has now. */
  readonly chunks: number
}

type FileSource = Extract<Source, { kind: 'file' }>

/** A file that was read, on its way into capsules. */
interface Reading {
  readonly settings: ImportSettings
  readonly file: PresentFile
  readonly document: DocumentText
  readonly source: FileSource
  readonly validFrom: number
}

const AUTHOR_LENGTH_MAX = 300

/**
 * The document capsule of a file and its chunks, as steps over what was there before. The id stays, whatever happens to
 * path or text; chunks keep theirs by place. A chunk that says the same in the same order gets no version, one whose
 * place is gone is archived, one whose place has come back is restored.
 */
export async function planDocument(
  settings: ImportSettings,
  file: PresentFile,
  text: string,
  before: DocumentState | undefined,
): Promise<DocumentPlan> {
  const reading = await readFile(settings, file, text)
  const { document, source } = reading
  const id = before?.id ?? settings.context.newId()
  const said = describe(reading, { content: text, title: document.title, metadata: document.metadata, source })
  const version = { ...said, ...(before?.kept ?? { parents: [] }) }
  const place = { id, place: placeOf(source), indexed: document.chunks.length === 0 }
  const own = step(reading, version, before, place, document.traits)
  const chunks = await planChunks(reading, id, before?.chunks ?? new Map())
  const { category, licence, licenceTerms, parents } = version
  return {
    steps: [...own.steps, ...chunks.steps],
    state: {
      id,
      path: file.path,
      version: own.version,
      status: 'ACTIVE',
      textDigest: sha256Hex(text),
      kept: { category, licence, licenceTerms, parents },
      chunks: chunks.states,
    },
    chunks: document.chunks.length,
  }
}

async function readFile(settings: ImportSettings, file: PresentFile, text: string): Promise<Reading> {
  const validFrom = Math.trunc(Math.min(Math.max(file.at, 0), settings.context.clock()))
  const { path, type, structure } = file
  const { request, isVault } = settings
  const document = await settings.reader.read({ path, text, type, structure, tags: request.tags ?? [], isVault })
  return { settings, file, document, source: sourceOf(file, settings.root, validFrom), validFrom }
}

function sourceOf({ path, commit, author, previousPath }: PresentFile, root: string, at: number): FileSource {
  return {
    kind: 'file',
    path,
    root,
    at: toRfc3339(at),
    ...(commit === undefined ? {} : { commit }),
    ...(author === undefined ? {} : { author: author.slice(0, AUTHOR_LENGTH_MAX).toWellFormed() }),
    ...(previousPath === undefined ? {} : { previous_path: previousPath }),
  }
}

interface Saying {
  readonly content: string
  readonly title: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly source: FileSource
}

function describe({ settings, file, document }: Reading, said: Saying): Omit<VersionContent, 'parents'> {
  const { identity, lane, fold } = settings.request
  // Front matter is JSON data, which is what `metadata` holds.
  const metadata = JSON.parse(JSON.stringify(said.metadata))
  return describeVersion(
    { ...said, metadata, type: file.type, tags: [...document.tags], identity, lane, fold },
    undefined,
  )
}

type Before = Pick<DocumentState, 'id' | 'version' | 'status' | 'textDigest'>

/** Creates the capsule, or adds a version to it; an archived one comes back with that, so that the gap before it stays. */
function step(
  { settings, validFrom }: Reading,
  version: VersionContent,
  before: Before | undefined,
  place: Pick<DraftIdentity, 'id' | 'place' | 'indexed' | 'partOf'>,
  traits?: TextTraits,
): { readonly steps: readonly CapsuleStep[]; readonly version: string } {
  const { owner, author, trust, context } = settings
  const identity = { ...place, owner, author, trust, embedding: null, validFrom }
  const draft = makeDraft(version, identity, context.random, traits)
  if (!before) return { steps: [{ kind: 'create', draft, dedupe: 'none' }], version: FIRST_VERSION }
  const next = numberAfter(before, version.content)
  const restore: readonly CapsuleStep[] =
    before.status === 'ARCHIVED' ? [{ kind: 'restore', id: before.id, version: next, withChunks: false }] : []
  return {
    steps: [{ kind: 'version', draft: makeVersionDraft(draft, next, null), before: before.version }, ...restore],
    version: next,
  }
}

function numberAfter(before: Before, content: string): string {
  const next = nextVersion(before.version, { contentChanged: before.textDigest !== sha256Hex(content) })
  if (next.kind === 'version') return next.version
  throw new CascadeError('UNPROCESSABLE', `Capsule ${before.id} gets no further version: ${next.reason}.`)
}

interface ChunkPlan {
  readonly steps: readonly CapsuleStep[]
  readonly states: ReadonlyMap<string, ChunkState>
}

async function planChunks(
  reading: Reading,
  document: string,
  before: ReadonlyMap<string, ChunkState>,
): Promise<ChunkPlan> {
  const states = new Map(before)
  const steps: CapsuleStep[] = []
  const places = new Set(reading.document.chunks.map(({ place }) => place))
  for (const [place, chunk] of before) {
    if (places.has(place) || chunk.status !== 'ACTIVE') continue
    const at = reading.validFrom
    steps.push({ kind: 'archive', id: chunk.id, version: chunk.version, withChunks: false, at })
    states.set(place, { ...chunk, status: 'ARCHIVED' })
  }
  const { chunks } = reading.document
  const plans = await inTurns([...chunks.entries()], lengthOf, ([index, chunk]) =>
    planChunk(reading, document, chunk, index, before.get(chunk.place)),
  )
  for (const [index, planned] of plans.entries()) {
    if (!planned) continue
    steps.push(...planned.steps)
    states.set(chunks[index]!.place, planned.state)
  }
  return { steps, states }
}

const lengthOf = ([, { text }]: readonly [number, DocumentChunk]): number => text.length

/** Nothing when the chunk stays as it is; a quarantined one is left to whoever put it there. */
function planChunk(
  reading: Reading,
  document: string,
  chunk: DocumentChunk,
  index: number,
  before: ChunkState | undefined,
): { readonly steps: readonly CapsuleStep[]; readonly state: ChunkState } | undefined {
  const { settings, source } = reading
  const { place, title, text: content } = chunk
  const version = {
    ...describe(reading, { content, title, metadata: {}, source: chunkSource(source, chunk, index) }),
    parents: [],
  }
  const digest = chunkDigest(version, index, source.path)
  if (before?.status === 'QUARANTINED') return undefined
  if (before?.status === 'ACTIVE' && before.digest === digest) return undefined
  const id = before?.id ?? settings.context.newId()
  const partOf = { id: document, place, index }
  const planned = step(reading, version, before, { id, partOf, place: placeOfChunk(partOf), indexed: true })
  return {
    steps: planned.steps,
    state: { id, version: planned.version, status: 'ACTIVE', textDigest: sha256Hex(content), digest },
  }
}

function chunkSource({ previous_path: _, ...source }: FileSource, chunk: DocumentChunk, index: number): FileSource {
  const { heading, startLine, endLine } = chunk
  return { ...source, ...(heading === '' ? {} : { heading }), start_line: startLine, end_line: endLine, index }
}
