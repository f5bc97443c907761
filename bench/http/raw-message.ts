import type { LoadJob, PreparedRequest } from './load-job.ts'
import type { Reply } from './take-jobs.ts'

/** A request as it goes over the wire. */
export function requestBytes({ url, token }: Pick<LoadJob, 'url' | 'token'>, prepared: PreparedRequest): Buffer {
  const { method, path, body, contentType = 'application/json' } = prepared
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${new URL(url).host}`, `authorization: Bearer ${token}`]
  if (body) lines.push(`content-type: ${contentType}`, `content-length: ${body.byteLength}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)])
}

/**
 * The answer that a connection has received, one character for each byte; undefined while it is not whole.
 *
 * @throws Error for an answer whose head does not tell its length: where it ends cannot be told so cheaply.
 */
export function readAnswer(received: string): Reply | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1]
  if (length === undefined) throw new Error(`expected an answer with its content-length: ${received.slice(0, headEnd)}`)
  const body = received.slice(headEnd + 4)
  if (body.length < Number(length)) return undefined
  return { status: Number(received.slice(9, 12)), body }
}
