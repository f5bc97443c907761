import type { CapsuleType, ImportJob } from '@forge-cascade/contract'
import type { ExportedBonds, ExportedPart } from '../export/exported-history.ts'
import type { DocumentKind } from '../text/chunk.ts'
import type { DocumentFormat } from './document-format.ts'

export type SourceKind = ImportJob['kind']

/** Sources of lines: there may be more of them than is held in memory, and they are known by their digest, not by a path. */
const OF_LINES: ReadonlySet<SourceKind> = new Set(['ndjson', 'json', 'chatgpt', 'claude', 'transcript'])
export const isOfLines = (kind: SourceKind): boolean => OF_LINES.has(kind)

/** How far a history was taken in: the newest commit that is wholly done, and its place in the order of all. */
export interface SourcePoint {
  readonly commit: string
  readonly step: number
}

/** What earlier imports of the same source into the same scope know about its files; alive while this one goes on. */
export interface KnownFiles {
  readonly point: SourcePoint | undefined
  /** Digest of the file that was last seen at this path; nothing when it is not there any more. */
  digestAt(path: string): string | undefined
  /** Paths at which text of this digest was last seen. */
  pathsWith(digest: string): readonly string[]
  /** Every path at which a file was last seen. */
  paths(): Iterable<string>
}

/** The text of a file or a line (without a byte order mark), or why it is no text to remember. */
export type SourceText = { readonly text: string } | { readonly unfit: string }

/** A document whose text has to be made from its bytes first. */
export interface SourceDocument {
  readonly bytes: Uint8Array
  readonly format: DocumentFormat
}

/** What a file holds, or why nobody can say: its content is missing where it should be. */
export type FileText = SourceText | SourceDocument | { readonly missing: string }

interface Moment {
  /** Path inside the source, with forward slashes. */
  readonly path: string
  /** Place in the order of a history; what was done at a step is never done again. */
  readonly step?: number
}

/** One file at one moment. */
export interface PresentFile extends Moment {
  readonly kind: 'present'
  /** When it became so, in milliseconds since 1970: the file's or the commit's time. */
  readonly at: number
  readonly commit?: string
  readonly author?: string
  /** Names the bytes: SHA-256 in a folder, the blob's id in a repository. */
  readonly digest: string
  readonly type: CapsuleType
  readonly structure: DocumentKind
  /** Where it was before; its capsule moves along. */
  readonly previousPath?: string
  read(): Promise<FileText>
}

/** A file that was known and is there no longer. */
export interface DeletedFile extends Moment {
  readonly kind: 'deleted'
  /** When it ended, in milliseconds since 1970; now when left out. */
  readonly at?: number
}

/** A file that is not taken in, and why. What an earlier import made of it stays as it is. */
export interface SkippedFile {
  readonly kind: 'skipped'
  readonly path: string
  readonly reason: string
}

/** A line that is the body of `POST /v2/capsules`, not parsed yet. */
export interface SourceLine {
  readonly kind: 'line'
  /** Name of the file and number of the line: `notes.ndjson:12`. */
  readonly path: string
  /** SHA-256 of the line. */
  readonly digest: string
  readonly content: SourceText
}

/** Everything before this is one point of the history. */
export interface PassedPoint {
  readonly kind: 'point'
  readonly point: SourcePoint
}

export type ImportItem =
  | PresentFile
  | DeletedFile
  | SkippedFile
  | SourceLine
  | ExportedPart
  | ExportedBonds
  | PassedPoint

/** Port: something that documents are read from. Items come in an order that is the same whenever nothing has changed. */
export interface ImportSource extends AsyncDisposable {
  readonly kind: SourceKind
  /** Real path of the folder, repository or file. */
  readonly root: string
  /** How many items there will be, about; once more when more is known about it. */
  totals(known: KnownFiles, signal: AbortSignal): AsyncIterable<number>
  /** @throws CascadeError SOURCE_UNREADABLE when the source as a whole can no longer be read. */
  items(known: KnownFiles, signal: AbortSignal): AsyncIterable<ImportItem>
}

/** Longest path that is taken, in bytes of UTF-8: path, root and previous path go into one `source` of 8 KiB. */
export const PATH_BYTES_MAX = 1500
