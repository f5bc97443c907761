import type { Embedder } from '../../../domain/capsules/embedding/index.ts'
import { openWorkerEmbedder, type WorkerEmbedderOptions } from '../worker-embedder.ts'
import { readOnnxFolder } from './onnx-folder.ts'
import { findOnnxRuntime, type RuntimeName } from './onnx-runtime.ts'

export interface OnnxEmbedderOptions extends WorkerEmbedderOptions {
  /** Folder of the model. */
  readonly folder: string
  /** Which runtime; without it the one that is there, machine code before WebAssembly. */
  readonly runtime?: RuntimeName
}

/** A text takes tens of milliseconds, so few of them go in one part. */
const TEXTS_PER_REQUEST = 4

const ENTRY = new URL(`./onnx-embedder-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * A sentence model from a folder on this machine, run in a worker thread by a runtime that the person has installed. Nothing is
 * downloaded. The model is loaded by the first text.
 *
 * @throws CascadeError CONFIG_INVALID when the folder holds no such model, or no runtime is there.
 */
export function openOnnxEmbedder({ folder, runtime: wanted, ...options }: OnnxEmbedderOptions): Embedder {
  const described = readOnnxFolder(folder)
  const runtime = findOnnxRuntime(folder, wanted)
  return openWorkerEmbedder({
    name: `the model in ${folder}`,
    model: described.model,
    dimensions: described.dimensions,
    sees: 'sentences',
    entry: ENTRY,
    workerData: () => ({ folder: described, runtime }),
    textsPerRequest: TEXTS_PER_REQUEST,
    ...options,
  })
}
