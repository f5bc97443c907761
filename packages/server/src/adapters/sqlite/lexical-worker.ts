import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { runInBackground } from './background-thread.ts'
import { Database } from './database.ts'
import { BUSY, IDLE, IndexBuilder } from './lexical/index.ts'
import { serveThread } from './serve-thread.ts'
import { DATABASE_FILE } from './writer-operations.ts'

export interface LexicalWorkerData {
  readonly directory: string
}

runInBackground()
// What the main thread hands to the constructor of the worker.
const { directory } = workerData as LexicalWorkerData
const database = new Database(join(directory, DATABASE_FILE), { readOnly: true, pragmas: ['query_only = ON'] })
const builder = new IndexBuilder(database)

/** What the thread that makes segments can be asked for. */
const operations = {
  next: (isIdle: boolean) => builder.next(isIdle ? IDLE : BUSY),
  pages: (segment: number, from: number) => builder.pages(segment, from),
  finish: () => builder.finish(),
  close: () => database.close(),
}

export type LexicalOperations = typeof operations

serveThread<LexicalOperations>(() => operations)
