import { setTimeout as pause } from 'node:timers/promises'
import { isObjectName, OBJECT_BYTES_MAX, OBJECTS_LISTED_MAX, type ObjectRange, type ObjectStore } from '#archive'
import { CascadeError, type Clock } from '#base'
import { assertName, assertSize } from './check-object.ts'
import { encode, signRequest, type UnsignedRequest } from './sign-request.ts'

export interface BucketOptions {
  /** `https://s3.eu-central-1.amazonaws.com`, `http://127.0.0.1:7070`. */
  readonly endpoint: string
  readonly bucket: string
  /** Before the name of each object; empty, or ends with a slash. */
  readonly prefix: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
  /** The bucket in the path of the address, or before its host. */
  readonly pathStyle: boolean
  /** Milliseconds for one request, beside a second for each MiB it carries. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly sleep?: (ms: number) => Promise<unknown>
}

/** Requests for one thing, the first included. */
export const BUCKET_ATTEMPTS_MAX = 4
/** First wait before another one; it doubles each time. */
const BACKOFF_MS = 200
/** Of an answer that is no object: a page of names, or what went wrong. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024
const MIB = 1024 * 1024

interface Answer {
  readonly status: number
  readonly body: Uint8Array
}

/**
 * Objects in a bucket of a server that speaks the S3 protocol. The address comes from the configuration alone, and
 * redirects are refused: nothing that is asked of the instance leads it to another address.
 */
export class BucketObjects implements ObjectStore {
  readonly place: string
  readonly #options: BucketOptions
  readonly #base: URL

  constructor(options: BucketOptions) {
    this.#options = options
    const { endpoint, bucket, prefix, pathStyle } = options
    const base = new URL(endpoint)
    const path = base.pathname.replace(/\/+$/, '')
    if (!pathStyle) base.host = `${bucket}.${base.host}`
    base.pathname = pathStyle ? `${path}/${bucket}/` : `${path}/`
    this.#base = base
    this.place = `${new URL(endpoint).origin}/${bucket}/${prefix}`
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    assertName(name)
    assertSize(name, bytes)
    const { status, body } = await this.#send('PUT', this.#urlOf(name), bytes)
    if (status !== 200) throw this.#refused(status, body)
  }

  async get(name: string, range?: ObjectRange): Promise<Uint8Array | undefined> {
    assertName(name)
    if (range?.bytes === 0) return (await this.get(name, { ...range, bytes: 1 }))?.subarray(0, 0)
    const headers: Record<string, string> = range
      ? { range: `bytes=${range.offset}-${range.offset + range.bytes - 1}` }
      : {}
    const { status, body } = await this.#send('GET', this.#urlOf(name), new Uint8Array(), headers)
    if (status === 200) return range ? body.subarray(range.offset, range.offset + range.bytes) : body
    if (status === 206) return body
    // A stretch behind the end of the object.
    if (status === 416) return new Uint8Array()
    if (status === 404 && codeOf(body) === 'NoSuchKey') return undefined
    throw this.#refused(status, body)
  }

  async delete(name: string): Promise<void> {
    assertName(name)
    const { status, body } = await this.#send('DELETE', this.#urlOf(name))
    if (status === 204 || status === 200 || (status === 404 && codeOf(body) === 'NoSuchKey')) return
    throw this.#refused(status, body)
  }

  async list(): Promise<readonly string[]> {
    const names: string[] = []
    const { prefix } = this.#options
    for (let token: string | undefined; ; ) {
      const url = new URL(this.#base)
      url.search = queryOf({ 'list-type': '2', prefix, ...(token !== undefined && { 'continuation-token': token }) })
      const { status, body } = await this.#send('GET', url)
      if (status !== 200) throw this.#refused(status, body)
      const page = Buffer.from(body).toString('utf8')
      for (const [, key = ''] of page.matchAll(/<Key>([^<]*)<\/Key>/g)) {
        const name = key.slice(prefix.length)
        if (key.startsWith(prefix) && isObjectName(name)) names.push(name)
      }
      const next = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(page)?.[1]
      if (next === undefined) return names.toSorted()
      if (names.length > OBJECTS_LISTED_MAX) throw this.#unavailable(`more than ${OBJECTS_LISTED_MAX} objects`)
      if (next === token) throw this.#unavailable('its list does not end')
      token = next
    }
  }

  #urlOf(name: string): URL {
    const url = new URL(this.#base)
    url.pathname += `${this.#options.prefix}${name}`
    return url
  }

  /** Tries again what failed on the way, or on the other side; each of these requests may be carried out twice. */
  async #send(
    method: UnsignedRequest['method'],
    url: URL,
    body: Uint8Array = new Uint8Array(),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const { sleep = pause } = this.#options
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#sendOnce({ method, url, headers, body })
      const isFinal = 'status' in answer && answer.status < 500 && answer.status !== 429
      if (isFinal) return answer
      if (attempt >= BUCKET_ATTEMPTS_MAX)
        throw 'status' in answer ? this.#refused(answer.status, answer.body) : this.#unavailable(answer.reason)
      await sleep(BACKOFF_MS * 2 ** (attempt - 1))
    }
  }

  async #sendOnce(request: UnsignedRequest): Promise<Answer | { readonly reason: string }> {
    const { timeoutMs, clock } = this.#options
    const { method, url, body } = request
    const carried = { PUT: body.length, GET: OBJECT_BYTES_MAX, DELETE: 0 }[method]
    const timeout = AbortSignal.timeout(timeoutMs + Math.ceil(carried / MIB) * 1000)
    try {
      const response = await fetch(url, {
        method,
        headers: signRequest(request, this.#options, clock()),
        ...(method === 'PUT' && { body: Uint8Array.from(body) }),
        redirect: 'error',
        signal: timeout,
      })
      return { status: response.status, body: await this.#read(response) }
    } catch (error) {
      if (error instanceof CascadeError) throw error
      return { reason: timeout.aborted ? 'no answer in time' : networkReason(error) }
    }
  }

  async #read(response: Response): Promise<Uint8Array> {
    const bytesMax = response.ok ? OBJECT_BYTES_MAX : ANSWER_BYTES_MAX
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      // Leaving the loop cancels the stream.
      if (bytes > bytesMax) throw this.#unavailable(`an answer above ${bytesMax} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  #refused(status: number, body: Uint8Array): CascadeError {
    const code = codeOf(body)
    return this.#unavailable(`status ${status}${code === undefined ? '' : ` ${code}`}`)
  }

  /** Names the place and no header: what opens it is in none of our words. */
  #unavailable(why: string): CascadeError {
    return new CascadeError('UNAVAILABLE', `The archives in ${this.place} cannot be reached: ${why}.`)
  }
}

/** The code of an error of the protocol: a word. */
const codeOf = (body: Uint8Array): string | undefined =>
  /<Code>([A-Za-z]{1,60})<\/Code>/.exec(Buffer.from(body.subarray(0, ANSWER_BYTES_MAX)).toString('utf8'))?.[1]

const queryOf = (members: Readonly<Record<string, string>>): string =>
  Object.entries(members)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&')

/** `fetch failed` says nothing; the code of its cause does. No message is passed on. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z_]{3,40}$/.test(code) ? code : 'the connection failed, or led elsewhere'
}
