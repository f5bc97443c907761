import type { FilterName } from '../data/corpus.ts'
import type { QuestionMode } from '../http/prepare.ts'

/** A document as it crosses the boundary to an engine. */
export interface EngineDocument {
  readonly content: string
  /** Base64 of little-endian float32. */
  readonly vector: string
  readonly trust: number
  readonly tag: string
  readonly owner: string
}

export interface EngineQuestion {
  readonly mode: QuestionMode
  readonly filter: FilterName
  readonly words: string
  readonly vector: string
}

export interface EngineHit {
  readonly content: string
  readonly trust: number
  readonly tag: string
  readonly owner: string
  readonly score: number
}

/** A library that stores documents, behind `engine-process.ts`, as a developer would wire it. */
export interface Engine {
  add(documents: readonly EngineDocument[]): Promise<void>
  index(): Promise<void>
  search(question: EngineQuestion): Promise<readonly EngineHit[]>
  close(): Promise<void>
}

export const toVector = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/** SQL that lets through what the filter does; both engines understand it. */
export const CONDITIONS: Readonly<Record<FilterName, string | undefined>> = {
  none: undefined,
  trust: 'trust >= 70',
  tag: "tag = 'tag-3'",
  owner: "owner = 'owner-7'",
}
