import { setTimeout } from 'node:timers/promises'
import { CascadeError, type Clock, systemClock } from '#base'

export interface OpenAiEmbedderOptions {
  /** Address of the interface, `/embeddings` comes after it: `https://api.openai.com/v1`, `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string
  /** Name of the model as the provider knows it. */
  readonly model: string
  /** Sent as a bearer token, and nowhere else: it is in no error and no log. */
  readonly apiKey?: string | undefined
  /** Asked of the provider, for models that can shorten their vectors. Without it the first answer decides. */
  readonly dimensions?: number | undefined
  /** Texts in one request. */
  readonly batchMax?: number
  /** Characters of a text that are sent: its beginning. A model refuses what it cannot read (8,191 tokens at OpenAI). */
  readonly textCharactersMax?: number
  /** Milliseconds one request may take, its answer included. */
  readonly timeoutMs?: number
  /** Requests for one batch, the first included. */
  readonly attemptsMax?: number
  /** Bytes of an answer that are read. */
  readonly answerBytesMax?: number
  readonly clock?: Clock
  /** Waits for a number of milliseconds; rejects with the signal's reason when that ends the wait. */
  readonly sleep?: Sleep
}

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export type OpenAiSettings = Required<Omit<OpenAiEmbedderOptions, 'apiKey' | 'dimensions' | 'baseUrl'>> & {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly dimensions: number | undefined
}

const systemSleep: Sleep = (ms, signal) => setTimeout(ms, undefined, signal && { signal })

/** What a header may hold (RFC 9110 section 5.5); anything else would be quoted in an error of the platform. */
const HEADER_SAFE = /^[\x21-\x7e]+$/

/** What one call may take where nothing else is said. */
export const OPENAI_LIMITS = {
  batchMax: 64,
  textCharactersMax: 24_000,
  attemptsMax: 4,
  answerBytesMax: 64 * 1024 * 1024,
} as const

/** @throws CascadeError CONFIG_INVALID for an address that is not plain http(s) or a key that no header can hold. */
export function toSettings({
  baseUrl,
  model,
  apiKey,
  dimensions,
  batchMax = OPENAI_LIMITS.batchMax,
  textCharactersMax = OPENAI_LIMITS.textCharactersMax,
  timeoutMs = 30_000,
  attemptsMax = OPENAI_LIMITS.attemptsMax,
  answerBytesMax = OPENAI_LIMITS.answerBytesMax,
  clock = systemClock,
  sleep = systemSleep,
}: OpenAiEmbedderOptions): OpenAiSettings {
  if (apiKey !== undefined && !HEADER_SAFE.test(apiKey)) {
    throw new CascadeError('CONFIG_INVALID', 'embedding.api_key: expected printable ASCII without spaces')
  }
  const headers = { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) }
  const limits = { batchMax, textCharactersMax, timeoutMs, attemptsMax, answerBytesMax }
  return { endpoint: endpointOf(baseUrl), headers, model, dimensions, ...limits, clock, sleep }
}

/** An address with a name and password in it would carry them into errors; the key has its own setting. */
function endpointOf(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new CascadeError(
      'CONFIG_INVALID',
      'embedding.url: expected an http or https address without name and password',
    )
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/embeddings`
  url.hash = ''
  return url.href
}
