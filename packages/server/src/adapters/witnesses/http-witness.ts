import { CascadeError, messageOf } from '#base'
import { type LinkAnswer, originHash, type VerifierKey, type WitnessLink } from '#ledger'

export interface HttpWitnessOptions {
  /** Submission prefix, `http:` or `https:`; it is its monitoring prefix as well. */
  readonly url: string
  readonly keys: readonly VerifierKey[]
  /** Longest that one request may take. */
  readonly timeoutMs?: number
}

/** Longest that a witness may take: it makes what it cosigns durable first. */
const TIMEOUT_MS = 10_000
/** Cosignatures of a dozen keys, or a checkpoint with them. */
export const WITNESS_ANSWER_BYTES_MAX = 64 * 1024
/** As a count of entries is written. */
const SIZE = /^(0|[1-9][0-9]{0,15})\n$/
const SIZE_TYPE = 'text/x.tlog.size'
/** How a witness says that it cosigns nothing. Everything else is no answer of the protocol. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 404, 409, 422])
/** Where nothing is shown there is nothing at the address, or it is not for everybody. */
const HIDDEN: ReadonlySet<number> = new Set([401, 403, 404, 405])

/**
 * A witness that is spoken to over HTTP. The address comes from the configuration alone, and redirects are refused: nothing
 * that a witness answers leads the instance to another address.
 *
 * @see https://c2sp.org/tlog-witness
 */
export function createHttpWitness({ url, keys, timeoutMs = TIMEOUT_MS }: HttpWitnessOptions): WitnessLink {
  const ask = async (path: string, signal: AbortSignal, init: RequestInit = {}) => {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const response = await fetch(`${url}${path}`, { ...init, redirect: 'error', signal: limit })
      return { status: response.status, type: response.headers.get('content-type') ?? '', text: await read(response) }
    } catch (error) {
      throw new CascadeError('UNAVAILABLE', `${new URL(url).origin} does not answer: ${reasonOf(error)}`, {
        cause: error,
      })
    }
  }
  const unexpected = (status: number): CascadeError =>
    new CascadeError('UNAVAILABLE', `${new URL(url).origin} answers with status ${status}, which no witness does`)
  return {
    url,
    keys,
    async addCheckpoint(body, signal): Promise<LinkAnswer> {
      const init = { method: 'POST', headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
      const { status, type, text } = await ask('/add-checkpoint', signal, init)
      if (status === 200) return { kind: 'cosigned', lines: text }
      const size = status === 409 && type.split(';', 1)[0]?.trim() === SIZE_TYPE ? SIZE.exec(text)?.[1] : undefined
      if (size !== undefined) return { kind: 'otherSize', size: Number(size) }
      if (REFUSALS.has(status)) return { kind: 'refused', status }
      throw unexpected(status)
    },
    async checkpoint(origin, signal) {
      const { status, text } = await ask(`/${originHash(origin)}/checkpoint`, signal)
      if (status === 200) return text
      if (HIDDEN.has(status)) return undefined
      throw unexpected(status)
    },
  }
}

/** Reads an answer as far as the limit; a longer one is given up, whatever its Content-Length promised. */
async function read(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (bytes > WITNESS_ANSWER_BYTES_MAX) throw new Error(`more than ${WITNESS_ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return messageOf(cause ?? error)
}
