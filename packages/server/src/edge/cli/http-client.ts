import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { ERRORS, type ErrorCode, type Problem } from '@forge-cascade/contract'
import { GATE_WARNING_HEADER } from '@forge-cascade/contract/vocabulary'
import { CascadeError, isCascadeError, messageOf } from '#base'
import { bareHost } from '#config'
import { nodeHttp } from '../node-http.ts'

/** Where an instance answers: on the socket of its data folder, or at an address. */
export type Endpoint = { readonly socket: string } | { readonly url: URL }

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface RequestOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Query
  /** Longest silence of the other side. */
  readonly timeoutMs?: number
  /** Breaks off this request alone. */
  readonly signal?: AbortSignal | undefined
  /** Hears of this request in the place of who hears of all. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** A larger answer is no answer of ours. */
export const ANSWER_BYTES_MAX = 256 * 1024 * 1024
/** A version of 1 MiB with every character escaped, its vector and its metadata fit in. */
export const LINE_LENGTH_MAX = 16 * 1024 * 1024
/** Without a byte of an answer. */
export const SILENCE_MS_MAX = 10 * 60_000

/** The command line's way to an instance: the same HTTP interface that everyone has. */
export class HttpClient {
  readonly #endpoint: Endpoint
  readonly #token: string | undefined
  readonly #signal: AbortSignal | undefined
  #onWarning: ((warning: string) => void) | undefined

  /** @param signal breaks off every request when it is aborted. */
  constructor(endpoint: Endpoint, token: string | undefined, signal?: AbortSignal) {
    this.#endpoint = endpoint
    this.#token = token
    this.#signal = signal
  }

  /** Names who hears what was let pass and would have been refused, as the header of an answer says it. */
  tellWarnings(onWarning: (warning: string) => void): void {
    this.#onWarning = onWarning
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @throws CascadeError with the code of the problem that was answered, or NO_SERVER when nobody answers, the answer
   * breaks off, or what answers is no instance of ours.
   */
  async request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer> {
    try {
      const response = await this.#send(method, path, options)
      const text = await readText(response)
      const status = response.statusCode ?? 0
      const body = text === '' ? undefined : parseJson(text)
      if (status >= 400) throw toError(status, body)
      return { status, headers: response.headers, body }
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  /**
   * Asks for an answer of lines and hands each on as it comes.
   *
   * @throws CascadeError as {@link request}.
   */
  async *lines(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: RequestOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    try {
      const response = await this.#send(method, path, options)
      const status = response.statusCode ?? 0
      if (status >= 400) throw toError(status, parseJson(await readText(response)))
      yield* splitLines(response.setEncoding('utf8'))
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  /**
   * Asks for an answer of bytes and hands each piece on as it comes.
   *
   * @throws CascadeError as {@link request}.
   */
  async *bytes(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: RequestOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      const response = await this.#send(method, path, options)
      const status = response.statusCode ?? 0
      if (status >= 400) throw toError(status, parseJson(await readText(response)))
      let size = 0
      for await (const piece of response) {
        size += piece.length
        if (size > ANSWER_BYTES_MAX) throw tooLarge()
        yield piece
      }
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  #send(method: string, path: string, options: RequestOptions): Promise<IncomingMessage> {
    const { body, headers = {}, query = {}, timeoutMs = SILENCE_MS_MAX, signal } = options
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const secure = 'url' in this.#endpoint && this.#endpoint.url.protocol === 'https:'
    const sending = {
      method,
      ...this.#target(`${path}${queryString(query)}`),
      headers: { ...bodyHeaders(payload), ...this.#authorization(), ...headers },
      timeout: timeoutMs,
      signal: anyOf(this.#signal, signal),
    }
    return new Promise((resolve, reject) => {
      const answered = (response: IncomingMessage): void => {
        const warning = response.headers[GATE_WARNING_HEADER]
        if (typeof warning === 'string') (options.onWarning ?? this.#onWarning)?.(warning)
        resolve(response)
      }
      const sent = (secure ? httpsRequest : nodeHttp.request)(sending, answered).on('error', reject)
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
      sent.end(payload)
    })
  }

  #authorization(): Record<string, string> {
    return this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }
  }

  #target(path: string) {
    if ('socket' in this.#endpoint) return { socketPath: this.#endpoint.socket, path, host: 'localhost' }
    const { hostname, port, pathname } = this.#endpoint.url
    const base = pathname.replace(/\/$/, '')
    return {
      hostname: bareHost(hostname),
      path: `${base}${path}`,
      ...(port === '' ? {} : { port: Number(port) }),
    }
  }

  #unreachable(error: unknown): CascadeError {
    if (isCascadeError(error)) return error
    const where = 'socket' in this.#endpoint ? 'the instance of this data folder' : this.#endpoint.url.origin
    return new CascadeError('NO_SERVER', `No answer from ${where}: ${messageOf(error)}.`, { cause: error })
  }
}

const anyOf = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined => {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length > 1 ? AbortSignal.any(given) : given[0]
}

const bodyHeaders = (payload: string | undefined): Record<string, string | number> =>
  payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }

function queryString(query: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

const tooLarge = (): CascadeError =>
  new CascadeError('NO_SERVER', `The answer is larger than ${ANSWER_BYTES_MAX} bytes.`)

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > ANSWER_BYTES_MAX) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** By line feeds alone: JSON may hold every other sign that a reader of lines takes for the end of one. */
async function* splitLines(pieces: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = ''
  for await (const piece of pieces) {
    const lines = piece.split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    if (rest.length > LINE_LENGTH_MAX)
      throw new CascadeError('NO_SERVER', `A line of the answer is longer than ${LINE_LENGTH_MAX} characters.`)
    yield* lines
  }
  if (rest !== '') yield rest
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
    return new CascadeError('NO_SERVER', `What answers there is no Forge Cascade: status ${status} without a problem.`)
  const { code, detail, errors, correlation_id } = body
  return new CascadeError(code, detail, {
    errors: Array.isArray(errors) ? errors : [],
    extensions: { correlation_id, ...decisionOf(body) },
  })
}

/** Which decision of the gate refused it, and why, where one did. */
function decisionOf({ decision_id, reasons }: Problem): object {
  if (typeof decision_id !== 'string') return {}
  return { decision_id, ...(Array.isArray(reasons) && { reasons }) }
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    isErrorCode(body.code) &&
    'detail' in body &&
    typeof body.detail === 'string'
  )
}

/** False for a code of another version. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)
