import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createInterface } from 'node:readline'
import { ERRORS, type ErrorCode, type Problem } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, messageOf } from '#base'

/** Where an instance answers: on the socket in its data folder, or at an address. */
export type Endpoint = { readonly socket: string } | { readonly url: URL }

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export interface RequestOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
}

/** A larger answer is no answer of ours. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024
const ANSWER_MS_MAX = 10 * 60_000

/** The command line's way to an instance: the same HTTP interface that everyone has. */
export class HttpClient {
  readonly #endpoint: Endpoint
  readonly #token: string | undefined

  constructor(endpoint: Endpoint, token: string | undefined) {
    this.#endpoint = endpoint
    this.#token = token
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @throws CascadeError with the code of the problem that was answered, or NO_SERVER when nobody answers.
   */
  async request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const response = await this.#send(method, path, options)
    const text = await readText(response)
    const body = text === '' ? undefined : parseJson(text)
    const status = response.statusCode ?? 0
    if (status >= 400) throw toError(status, body)
    return { status, headers: response.headers, body }
  }

  /** Streams lines up and the lines of the answer down, as NDJSON. */
  async *lines(path: string, body: AsyncIterable<string>): AsyncIterable<unknown> {
    const response = await this.#send('POST', path, { body, headers: { 'content-type': 'application/x-ndjson' } })
    if ((response.statusCode ?? 0) >= 400) throw toError(response.statusCode ?? 0, parseJson(await readText(response)))
    for await (const line of createInterface({ input: response })) if (line !== '') yield parseJson(line)
  }

  #send(method: string, path: string, { body, headers = {}, query = {} }: RequestOptions): Promise<IncomingMessage> {
    const streamed = isStream(body)
    const payload = body === undefined || streamed ? undefined : JSON.stringify(body)
    const options = {
      method,
      ...this.#target(`${path}${queryString(query)}`),
      headers: {
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...headers,
      },
      timeout: ANSWER_MS_MAX,
    }
    const secure = 'url' in this.#endpoint && this.#endpoint.url.protocol === 'https:'
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(this.#unreachable(error))
      const sent = (secure ? httpsRequest : httpRequest)(options, resolve).on('error', fail)
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_MS_MAX / 1000} s`)))
      if (streamed)
        void pump(body, sent).catch((error) =>
          sent.destroy(error instanceof Error ? error : new Error(messageOf(error))),
        )
      else sent.end(payload)
    })
  }

  #target(path: string) {
    if ('socket' in this.#endpoint) return { socketPath: this.#endpoint.socket, path, host: 'localhost' }
    const { hostname, port, pathname } = this.#endpoint.url
    const base = pathname.replace(/\/$/, '')
    return {
      hostname: hostname.replace(/^\[|\]$/g, ''),
      path: `${base}${path}`,
      ...(port === '' ? {} : { port: Number(port) }),
    }
  }

  #unreachable(error: unknown): CascadeError {
    if (isCascadeError(error)) return error
    const where = 'socket' in this.#endpoint ? `the instance of this data folder` : this.#endpoint.url.origin
    return new CascadeError('NO_SERVER', `No answer from ${where}: ${messageOf(error)}.`, { cause: error })
  }
}

async function pump(lines: AsyncIterable<string>, into: NodeJS.WritableStream): Promise<void> {
  for await (const line of lines) {
    if (!into.write(line)) await new Promise<void>((resolve) => into.once('drain', resolve))
  }
  into.end()
}

const isStream = (body: unknown): body is AsyncIterable<string> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body

function queryString(query: NonNullable<RequestOptions['query']>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > ANSWER_BYTES_MAX)
      throw new CascadeError('UNAVAILABLE', `The answer is larger than ${ANSWER_BYTES_MAX} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CascadeError('NO_SERVER', 'What answers there is no Forge Cascade: the answer is not JSON.', {
      cause: error,
    })
  }
}

/** The problem that was answered, as the error it was on the other side. */
function toError(status: number, body: unknown): CascadeError {
  if (!isProblem(body))
    return new CascadeError('NO_SERVER', `Expected a problem document with status ${status}; got something else.`)
  const { code, detail, errors, correlation_id } = body
  return new CascadeError(code, detail, { errors, extensions: { correlation_id } })
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    isErrorCode(body.code)
  )
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)
