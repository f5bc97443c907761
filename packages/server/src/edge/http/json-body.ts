import type { Readable } from 'node:stream'
import { CascadeError } from '#base'
import { parseJson } from './json-text.ts'

export interface BodyLimits {
  readonly bytesMax: number
  /** How long the whole body may take to arrive. */
  readonly timeoutMs: number
}

/**
 * Reads a body to its end and parses it; undefined for an empty one.
 *
 * @throws CascadeError PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT, and what `parseJson` throws.
 */
export async function readJsonBody(
  source: Readable,
  contentLength: string | undefined,
  limits: BodyLimits,
): Promise<unknown> {
  const bytes = await readBody(source, contentLength, limits)
  return bytes.byteLength === 0 ? undefined : parseJson(bytes)
}

/** Reads a body to its end. @throws CascadeError PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT. */
export async function readBody(
  source: Readable,
  contentLength: string | undefined,
  limits: BodyLimits,
): Promise<Uint8Array> {
  if (Number(contentLength) > limits.bytesMax) throw tooLarge(limits.bytesMax)
  return readAll(source, limits)
}

async function readAll(source: Readable, { bytesMax, timeoutMs }: BodyLimits): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const chunks: Buffer[] = []
  let received = 0
  const timer = setTimeout(() => reject(tooSlow(timeoutMs)), timeoutMs)
  const onData = (chunk: Buffer): void => {
    received += chunk.byteLength
    if (received > bytesMax) reject(tooLarge(bytesMax))
    else chunks.push(chunk)
  }
  let hasEnded = false
  const onEnd = (): void => {
    hasEnded = true
    resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, received))
  }
  // A client that goes away before the end gets no answer; the error ends the request on our side.
  const onClose = (): void => {
    // Every source closes in the end: an error, which is dear, is made only for those that close too early.
    if (!hasEnded) reject(new CascadeError('MALFORMED_REQUEST', 'The body ended before its end.'))
  }
  source.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    source.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose)
    // What still comes is dropped until the answer has closed the connection.
    source.on('error', () => undefined).resume()
  }
}

const tooLarge = (bytesMax: number): CascadeError =>
  new CascadeError('PAYLOAD_TOO_LARGE', `The body is larger than ${bytesMax} bytes.`)

const tooSlow = (timeoutMs: number): CascadeError =>
  new CascadeError('REQUEST_TIMEOUT', `The body did not arrive within ${timeoutMs / 1000} seconds.`)
