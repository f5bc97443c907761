import type { Document, FilterName, Question } from '../data/corpus.ts'
import type { PreparedRequest } from '../http/load-job.ts'
import type { QuestionMode } from '../http/prepare.ts'

/** Where a store answers, and which processes work for it. */
export interface StoreAddress {
  readonly url: string
  readonly token: string
  /** The first process of it; the processes it started count with it. */
  readonly pid: number
}

/** A store of documents with words, vectors and filters, on a folder of its own, asked over HTTP. */
export interface StorePeer extends AsyncDisposable {
  readonly name: string
  /** The kinds of question it answers. */
  readonly modes: readonly QuestionMode[]
  /** How exactly it was set up: what a reader must know before comparing. */
  readonly setup: string
  /** Starts it; again after `stop`, on what is there. */
  start(): Promise<StoreAddress>
  stop(): Promise<void>
  /** Writes all, durably as far as the store knows the word. */
  load(documents: readonly Document[]): Promise<void>
  /** Makes what indexes need beside loading. */
  index(): Promise<void>
  question(question: Question, mode: QuestionMode, filter: FilterName): PreparedRequest
  create(document: Document, at: number): PreparedRequest
  /** Contents of the hits of an answer, best first. */
  contentsOf(body: string): readonly string[]
}
