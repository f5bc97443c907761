import type { Config } from '#config'
import type { Embedder } from '../../domain/capsules/embedding/index.ts'
import { openOnnxEmbedder } from './onnx/onnx-embedder.ts'
import { openOpenAiEmbedder } from './openai-embedder.ts'
import { openStaticEmbedder } from './static/open-static-embedder.ts'

/** The embedder that the configuration asks for. @throws CascadeError as the one that is chosen does. */
export function openEmbedder(settings: Config['embedding']): Embedder | Promise<Embedder> {
  const { provider, model, folder, url, api_key, dimensions, batch_max, timeout_ms } = settings
  if (provider === 'onnx' && folder !== undefined) return openOnnxEmbedder({ folder })
  if (provider === 'builtin' || model === undefined) return openStaticEmbedder()
  const options = { baseUrl: url, model, apiKey: api_key, dimensions, batchMax: batch_max, timeoutMs: timeout_ms }
  return openOpenAiEmbedder(options)
}
