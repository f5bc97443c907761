import { parentPort, workerData } from 'node:worker_threads'
import type { PolicyFile } from '#policy'
import type { ReaderMessage } from './policy-reader.ts'
import { readBundle } from './read-bundle.ts'

/** The thread behind `readPolicies`: reads one bundle, and is thrown away. */
// What it is started with are files.
const files = workerData as readonly PolicyFile[]
const tell = (message: ReaderMessage): void => parentPort?.postMessage(message)

tell({ reading: readBundle(files, (step) => tell({ step })) })
