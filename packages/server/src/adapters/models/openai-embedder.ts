import { CascadeError } from '#base'
import type { Embedder } from '../../domain/capsules/embedding/index.ts'
import { parseAnswer } from './openai-answer.ts'
import { type OpenAiEmbedderOptions, type OpenAiSettings, toSettings } from './openai-options.ts'
import { postJson } from './openai-request.ts'

/**
 * An embedder behind any OpenAI-compatible `/embeddings` endpoint (OpenAI, Ollama, vLLM, llama.cpp …). Texts beyond the
 * size of a batch go in several requests, one after another. Unless the options name the dimensions, one short request
 * finds them out here.
 *
 * @throws CascadeError CONFIG_INVALID for options that can never work; EMBEDDER_UNAVAILABLE and EMBEDDING_MISMATCH as
 * `embed` does, from the first request.
 */
export async function openOpenAiEmbedder(options: OpenAiEmbedderOptions): Promise<Embedder> {
  const settings = toSettings(options)
  const dimensions = settings.dimensions ?? (await requestVectors(['dimensions'], settings))[0]!.length
  return new OpenAiEmbedder(settings, dimensions)
}

/**
 * The same for one of several providers of a model whose dimensions are known: nothing is asked here, and one that fails is not
 * tried again, because another is there.
 *
 * @param model the name its vectors bear; `options.model` is what the provider calls it.
 */
export function openAiProvider(options: OpenAiEmbedderOptions, model: string, dimensions: number): Embedder {
  return new OpenAiEmbedder(toSettings({ attemptsMax: 1, ...options }), dimensions, model)
}

class OpenAiEmbedder implements Embedder {
  readonly model: string
  readonly dimensions: number
  readonly sees = 'sentences'
  readonly #settings: OpenAiSettings
  readonly #closing = new AbortController()

  constructor(settings: OpenAiSettings, dimensions: number, model = settings.model) {
    this.#settings = settings
    this.model = model
    this.dimensions = dimensions
  }

  async embed(texts: readonly string[], _purpose: string, signal?: AbortSignal): Promise<Float32Array[]> {
    const ends = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal
    ends.throwIfAborted()
    const vectors: Float32Array[] = texts.map(() => new Float32Array(this.dimensions))
    // Providers refuse empty inputs, so blank texts keep their zeros and stay here.
    const asked = [...texts.keys()].filter((index) => texts[index]!.trim() !== '')
    for (let start = 0; start < asked.length; start += this.#settings.batchMax) {
      const batch = asked.slice(start, start + this.#settings.batchMax)
      const answers = await this.#request(
        batch.map((index) => texts[index]!),
        ends,
      )
      for (const [position, index] of batch.entries()) vectors[index] = answers[position]!
    }
    return vectors
  }

  /** Calls in flight end with EMBEDDER_UNAVAILABLE. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new CascadeError('EMBEDDER_UNAVAILABLE', 'the embedder is closed'))
  }

  async #request(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const vectors = await requestVectors(texts, this.#settings, signal)
    const length = vectors[0]?.length
    if (length !== this.dimensions) {
      const detail = `expected vectors of ${this.dimensions} dimensions from ${this.model}, got ${length}`
      throw new CascadeError('EMBEDDING_MISMATCH', detail)
    }
    return vectors
  }
}

async function requestVectors(
  texts: readonly string[],
  settings: OpenAiSettings,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const { model, dimensions, textCharactersMax } = settings
  const input = texts.map((text) => text.trimStart().slice(0, textCharactersMax).toWellFormed())
  const body = { model, input, encoding_format: 'float', ...(dimensions !== undefined && { dimensions }) }
  return parseAnswer(await postJson(body, settings, signal), texts.length)
}
