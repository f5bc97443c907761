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

/** JSON is read and parsed before the handler runs, and so are plain bytes; lines are left to the handler. */
export function receiveBodies(app: FastifyInstance, server: Config['server']): void {
  const limits = { bytesMax: server.body_bytes_max, timeoutMs: server.request_timeout_s * 1000 }
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', (request: FastifyRequest, payload: Readable) =>
    readJsonBody(payload, request.headers['content-length'], limits),
  )
  app.addContentTypeParser('application/x-ndjson', (_request, _payload, done) => done(null, undefined))
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    const bytesMax = request.routeOptions.config.plainBytesMax
    if (bytesMax === undefined) throw new CascadeError('UNSUPPORTED_MEDIA_TYPE', 'A body needs its content type.')
    return readBody(payload, request.headers['content-length'], { ...limits, bytesMax })
  })
}
