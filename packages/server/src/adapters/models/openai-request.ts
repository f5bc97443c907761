import { CascadeError, messageOf } from '#base'
import type { OpenAiSettings } from './openai-options.ts'

/** First wait before another attempt; it doubles each time. */
const BACKOFF_MS = 500
/** A provider may ask for more with Retry-After, but not for more than this: then the call fails and says so. */
export const RETRY_AFTER_MAX_MS = 30_000

type Attempt =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'again'; readonly status: number; readonly waitMs: number | undefined }

/**
 * Posts one request and reads its JSON answer. Answers 429 and 5xx are tried again, as often as the settings allow,
 * after the seconds of Retry-After or a growing wait; everything else is final. Redirects are refused: they would carry
 * the texts to an address that nobody configured.
 *
 * @throws CascadeError EMBEDDER_UNAVAILABLE for whatever kept the provider from answering; texts, key and the words of
 * the provider are not in it.
 */
export async function postJson(body: unknown, settings: OpenAiSettings, signal?: AbortSignal): Promise<unknown> {
  const text = JSON.stringify(body)
  for (let attempt = 1; ; attempt++) {
    const result = await tryOnce(text, settings, signal)
    if (result.kind === 'answered') return result.answer
    const waitMs = result.waitMs ?? BACKOFF_MS * 2 ** (attempt - 1)
    if (attempt >= settings.attemptsMax || waitMs > RETRY_AFTER_MAX_MS) {
      throw unavailable(settings, `status ${result.status} after ${attempt} attempts`, waitMs)
    }
    await settings.sleep(waitMs, signal)
    signal?.throwIfAborted()
  }
}

async function tryOnce(body: string, settings: OpenAiSettings, signal: AbortSignal | undefined): Promise<Attempt> {
  const timeout = AbortSignal.timeout(settings.timeoutMs)
  try {
    const response = await fetch(settings.endpoint, {
      method: 'POST',
      headers: settings.headers,
      body,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return await readAttempt(response, settings)
  } catch (error) {
    // The caller's own reason, not ours for the failure that follows from it.
    signal?.throwIfAborted()
    if (error instanceof CascadeError) throw error
    throw unavailable(settings, timeout.aborted ? `no answer within ${settings.timeoutMs} ms` : networkReason(error))
  }
}

async function readAttempt(response: Response, settings: OpenAiSettings): Promise<Attempt> {
  const { status } = response
  if (response.ok) return { kind: 'answered', answer: parseJson(await readText(response, settings), settings) }
  await response.body?.cancel()
  if (TEXTS_REFUSED.has(status)) throw new TextsRefused(unavailable(settings, `status ${status}`))
  if (status !== 429 && status < 500) throw unavailable(settings, `status ${status}${HINTS[status] ?? ''}`)
  return { kind: 'again', status, waitMs: retryAfterMs(response.headers.get('retry-after'), settings) }
}

/** What providers answer to texts that the model cannot read: too long, too many. */
const TEXTS_REFUSED: ReadonlySet<number> = new Set([400, 413, 422])

/** The provider answers, and takes these texts not: that says nothing against it. */
export class TextsRefused extends CascadeError {
  constructor({ code, detail, retryAfterS }: CascadeError) {
    super(code, detail, retryAfterS === undefined ? {} : { retryAfterS })
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: ', the key is not accepted',
  403: ', the key may not use this model',
  404: ', no such address or model',
}

/** Reads the body as far as the limit; a longer one is given up, whatever its Content-Length promised. */
async function readText(response: Response, settings: OpenAiSettings): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (bytes > settings.answerBytesMax) throw unavailable(settings, `an answer above ${settings.answerBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string, settings: OpenAiSettings): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the answer, which may quote the request.
    throw unavailable(settings, 'the answer is not JSON')
  }
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3), as milliseconds from now; nothing when it is neither. */
function retryAfterMs(header: string | null, { clock }: OpenAiSettings): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock())
}

/** `fetch failed` says nothing; the code of its cause does (ECONNREFUSED, ENOTFOUND). No message is passed on. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/^[A-Z_]{3,40}$/.test(code)) return code
  return messageOf(cause).includes('redirect') ? 'it redirects elsewhere, which is refused' : 'the connection failed'
}

/** Names the place by its origin: a path or query may hold what is not for everyone. */
function unavailable({ endpoint }: OpenAiSettings, why: string, retryMs?: number): CascadeError {
  const options = retryMs === undefined ? {} : { retryAfterS: Math.ceil(retryMs / 1000) }
  return new CascadeError('EMBEDDER_UNAVAILABLE', `${new URL(endpoint).origin} gives no embeddings: ${why}`, options)
}
