import { readOnnxFolder } from './onnx/onnx-folder.ts'
import { findOnnxRuntime, type RuntimeName } from './onnx/onnx-runtime.ts'
import { STATIC_DIMENSIONS, STATIC_MODEL } from './static/static-table.ts'

interface EmbedderDescription {
  readonly model: string
  readonly dimensions: number
  readonly runtime: RuntimeName | null
}

/**
 * What would make the vectors, without loading it: the model in a folder, or the built-in one.
 *
 * @throws CascadeError CONFIG_INVALID as `openOnnxEmbedder` does.
 */
export function describeEmbedder(folder: string | undefined): EmbedderDescription {
  if (folder === undefined) return { model: STATIC_MODEL, dimensions: STATIC_DIMENSIONS, runtime: null }
  const { model, dimensions } = readOnnxFolder(folder)
  return { model, dimensions, runtime: findOnnxRuntime(folder).name }
}
