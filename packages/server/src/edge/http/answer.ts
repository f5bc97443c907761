import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { matchesWeakly, parseTagCondition } from './entity-tag.ts'
import type { AnyAnswer, File } from './handler.ts'
import { toJson } from './in-slices.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const LINES_TYPE = 'application/x-ndjson; charset=utf-8'

/** Sends what a handler answered. A GET whose ETag the client knows already is answered with 304 and no body. */
export async function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: AnyAnswer,
): Promise<FastifyReply> {
  reply.code(answer.status).headers(answer.headers ?? {})
  if (isKnown(request, answer)) return reply.code(304).send()
  if (answer.lines) return sendLines(request, reply, answer.lines)
  if (answer.stream) return reply.send(Readable.fromWeb(answer.stream))
  if (answer.file) return sendFile(reply, answer.file)
  if (answer.body === undefined) return reply.send()
  const json = toJson(answer.body)
  return reply.type(JSON_TYPE).send(typeof json === 'string' ? json : await json)
}

const sendFile = (reply: FastifyReply, { contentType, bytes }: File): FastifyReply =>
  reply
    .type(contentType)
    .send(
      typeof bytes === 'string' || bytes instanceof Uint8Array ? bytes : Readable.from(bytes, { objectMode: false }),
    )

/** Lines may end before the body they answer does; then the connection ends too, because nobody reads the rest. */
function sendLines(request: FastifyRequest, reply: FastifyReply, lines: AsyncIterable<string>): FastifyReply {
  reply.raw.once('finish', () => {
    if (!request.raw.complete) request.raw.destroy()
  })
  return reply.type(LINES_TYPE).send(Readable.from(lines, { objectMode: false }))
}

function isKnown(request: FastifyRequest, { status, headers }: AnyAnswer): boolean {
  const condition = request.headers['if-none-match']
  const tag = headers?.etag
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (status !== 200 || !isRead || condition === undefined || tag === undefined) return false
  return matchesWeakly(parseTagCondition(condition, 'if-none-match'), tag)
}
