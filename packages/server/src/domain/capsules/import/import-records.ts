import type { ImportFile, ImportJob } from '@forge-cascade/contract'
import { canonicalJson, sha256Hex } from '#base'
import type { CollectionDefinition } from '#store'
import { IMPORTED_TRUST_COLLECTION } from '../export/imported-trust.ts'
import type { SourceKind, SourcePoint } from './import-source.ts'

/**
 * Jobs by reversed id, so that key order is newest first; files by source and path; how far each history was read; what
 * the notes of a vault say of each other; how trust moved elsewhere.
 */
export const IMPORT_COLLECTIONS = [
  { name: 'imports', indexes: ['state', 'source'] },
  { name: 'import_files', indexes: ['capsule_id'] },
  { name: 'import_points', indexes: [] },
  { name: 'import_notes', indexes: [] },
  IMPORTED_TRUST_COLLECTION,
] as const satisfies readonly CollectionDefinition[]

export interface ImportRow {
  readonly state: ImportJob['state']
  /** `sourceKey` of what is read. */
  readonly source: string
  readonly job: ImportJob
}

export type ImportPointRow = SourcePoint

/** What one job did with one file. A history makes several versions of it. */
export interface FileTally {
  readonly imported: number
  readonly skipped: number
  readonly failed: number
  readonly created: number
  readonly versions: number
  /** Of a line whose text was there; a file that is as it was has no row of its own, and is met again. */
  readonly unchanged?: number
}

export const NO_TALLY: FileTally = { imported: 0, skipped: 0, failed: 0, created: 0, versions: 0, unchanged: 0 }

/**
 * Where one file of a source stands. It is written in the command that changes the file's capsules, so that neither is
 * ever ahead of the other.
 */
export interface ImportFileRow {
  readonly path: string
  readonly state: Exclude<ImportFile['state'], 'unchanged'>
  readonly reason: string | null
  /**
   * `present`: it is there. `gone`: it was there, its capsule is archived. `moved`: it is at another path now, and this
   * row only remembers that. `absent`: it was never taken in.
   */
  readonly standing: 'present' | 'gone' | 'moved' | 'absent'
  /** Digest of the bytes that the capsule's newest imported version holds. */
  readonly digest: string | null
  readonly capsule_id: string | null
  readonly version: string | null
  readonly chunks: number
  readonly at: string
  readonly step: number
  /** The import that last changed it, and what that import did. */
  readonly job: string
  readonly tally: FileTally
  /** The import that brought its capsule in. */
  readonly created_by: string | null
}

/** Whose documents, from where: the same when an import is repeated. */
export interface SourceIdentity {
  readonly kind: SourceKind
  readonly root: string
  readonly owner: string
  readonly identity: string | null
  readonly lane: string | null
  readonly fold: string | null
}

const SOURCE_KEY_LENGTH = 32

export const sourceKey = ({ kind, root, owner, identity, lane, fold }: SourceIdentity): string =>
  sha256Hex(canonicalJson([kind, root, owner, identity, lane, fold])).slice(0, SOURCE_KEY_LENGTH)

/** Longest path that is its own key; a key has at most 200 characters. */
const PATH_KEY_LENGTH_MAX = 150
const PATH_KEY_CUT = 100

/** Begins with the source and sorts by path. */
export const fileKey = (source: string, path: string): string =>
  `${source}:${path.length <= PATH_KEY_LENGTH_MAX ? path : `${path.slice(0, PATH_KEY_CUT).toWellFormed()}…${sha256Hex(path).slice(0, 32)}`}`

/** True for what may be a `jobKey`: its digits are no UUID's any more. */
export const isJobKey = (text: string): boolean => /^[0-9a-f-]{36}$/.test(text)

/** Each hexadecimal digit turned round: the newest UUIDv7 sorts first. Doing it twice gives the id again. */
export const jobKey = (id: string): string =>
  id.replace(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))
