import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CascadeError } from '#base'
import type { Config } from '#config'
import { readBody, readJsonBody } from './json-body.ts'

/** Members that are repeated are lists, others text; an object without a prototype, so that no name is special. */
export function parseQuery(text: string): Record<string, unknown> {
  const members: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const before = members[name]
    members[name] = before === undefined ? value : [before, value].flat()
  }
  return members
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The longest body in bytes of a route that takes bytes, whatever they are called; others have none. */
    readonly plainBytesMax?: number
  }
}

/**
 * JSON is read and parsed before the handler runs, and so are plain bytes; lines are left to the handler. A route that takes
 * plain bytes gets them as they came, JSON and lines among them, and never more than it takes.
 */
export function receiveBodies(app: FastifyInstance, server: Config['server']): void {
  const limits = { bytesMax: server.body_bytes_max, timeoutMs: server.request_timeout_s * 1000 }
  const plainBytesMax = (request: FastifyRequest) => request.routeOptions.config.plainBytesMax
  const readPlain = (request: FastifyRequest, payload: Readable, bytesMax: number) =>
    readBody(payload, request.headers['content-length'], { ...limits, bytesMax })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', (request: FastifyRequest, payload: Readable) => {
    const bytesMax = plainBytesMax(request)
    if (bytesMax !== undefined) return readPlain(request, payload, bytesMax)
    return readJsonBody(payload, request.headers['content-length'], limits)
  })
  app.addContentTypeParser('application/x-ndjson', async (request: FastifyRequest, payload: Readable) => {
    const bytesMax = plainBytesMax(request)
    return bytesMax === undefined ? undefined : readPlain(request, payload, bytesMax)
  })
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    const bytesMax = plainBytesMax(request)
    if (bytesMax === undefined) throw new CascadeError('UNSUPPORTED_MEDIA_TYPE', 'A body needs its content type.')
    return readPlain(request, payload, bytesMax)
  })
}
