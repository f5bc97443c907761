import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { AllowedTargets, TargetAddress } from './allowed-targets.ts'

/** As much of an answer is read, and thrown away, as a polite receiver may send; a longer one ends the connection. */
const ANSWER_BYTES_MAX = 64 * 1024

export interface PostedAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
}

/**
 * Posts a body to an address that was looked at, and to no other: the name is resolved once, here; redirects are answers like any
 * other. The body of the answer is not kept.
 *
 * @throws TargetRefused; the error of the network.
 */
export async function postGuarded(
  url: URL,
  targets: AllowedTargets,
  { headers, body, signal }: { headers: Readonly<Record<string, string>>; body: string; signal: AbortSignal },
): Promise<PostedAnswer> {
  const addresses = await targets.of(url.hostname)
  signal.throwIfAborted()
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // A name that is given here goes into the handshake and is what the certificate has to be for.
    lookup: answeredWith(addresses),
    agent: false,
    signal,
  }
  const { promise, resolve, reject } = Promise.withResolvers<PostedAnswer>()
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
    const answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      // What it answers with says enough: the rest is not waited for.
      if (bytes > ANSWER_BYTES_MAX) response.destroy()
    })
    response.once('close', () => resolve(answer))
    response.once('error', () => resolve(answer))
  })
  request.once('error', reject)
  request.end(body)
  return promise
}

/** A name server that knows one answer. */
function answeredWith(addresses: readonly TargetAddress[]): LookupFunction {
  const [first] = addresses
  return (_host, options, answer) => {
    if (options.all) answer(null, [...addresses])
    else answer(null, first!.address, first!.family)
  }
}
