import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { type BackupRequest, type WrittenBackup, writeBackup } from './backup.ts'
import { Database } from './database.ts'
import { examine, type VectorIndexState } from './doctor.ts'
import { type Resealing, reseal, unseal } from './reseal.ts'
import { serveThread } from './serve-thread.ts'
import { DATABASE_FILE } from './writer-operations.ts'

export interface CareData {
  readonly directory: string
}

export type CareOperations = {
  readonly backup: (request: BackupRequest) => Promise<WrittenBackup>
  readonly unseal: (sealed: Resealing) => void
  readonly reseal: (sealed: Resealing, request: BackupRequest) => WrittenBackup
  readonly examine: (depth: 'quick' | 'full', index: VectorIndexState) => ReturnType<typeof examine>
  readonly close: () => void
}

// What the main thread hands to the constructor of the worker.
const { directory } = workerData as CareData
const database = new Database(join(directory, DATABASE_FILE), { readOnly: true, pragmas: ['query_only = ON'] })

serveThread<CareOperations>(({ progress }) => ({
  backup: (request) => writeBackup(database, request, progress),
  unseal,
  reseal,
  examine: (depth, index) => examine(database, depth, index, progress),
  close: () => database.close(),
}))
