import type { z } from 'zod'
import { heldAnswer } from '../approval.ts'
import { ERRORS, type ErrorCode } from '../errors.ts'
import { canWait } from '../routes/can-wait.ts'
import type { ResponseDefinition, RouteDefinition } from '../routes/route.ts'
import { errorsOf } from '../routes/routes.ts'
import type { RequestHeader, ResponseHeader } from './headers.ts'
import type { JsonSchema, SchemaComponents } from './schema-components.ts'

/** One operation of OpenAPI 3.1. */
export function operationOf(route: RouteDefinition, schemas: SchemaComponents): Record<string, unknown> {
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...('exempt' in route.access ? { security: [] } : accessOf(route.access)),
    parameters: parametersOf(route, schemas),
    ...(route.body ? { requestBody: bodyOf(route.body, schemas) } : {}),
    responses: { ...successes(route, schemas), ...problems(route) },
  }
}

const accessOf = ({ action, risk = 'medium' }: { readonly action: string; readonly risk?: string }) => ({
  'x-cascade-action': action,
  'x-cascade-risk': risk,
})

function parametersOf(route: RouteDefinition, schemas: SchemaComponents): unknown[] {
  return [
    ...membersOf(route.params, 'path', schemas),
    ...membersOf(route.query, 'query', schemas),
    ...requestHeaders(route).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ]
}

function requestHeaders(route: RouteDefinition): RequestHeader[] {
  if ('exempt' in route.access) return []
  const names: RequestHeader[] = ['correlationId', 'affectDelta']
  if (route.idempotent) names.push('idempotencyKey')
  if (route.ifMatch) names.push(route.ifMatch === 'required' ? 'ifMatch' : 'ifMatchOptional')
  if (route.etag && route.method === 'GET') names.push('ifNoneMatch')
  return names
}

function membersOf(object: z.ZodObject | undefined, where: 'path' | 'query', schemas: SchemaComponents): unknown[] {
  if (!object) return []
  const { properties = {}, required = [] } = schemas.ofInput(object) as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  } // an object schema has these two
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: where,
    ...(where === 'path' || required.includes(name) ? { required: true } : {}),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

function bodyOf(
  { schema, contentType = 'application/json', example }: NonNullable<RouteDefinition['body']>,
  schemas: SchemaComponents,
): unknown {
  const media = { schema: schemas.ofInput(schema), ...(example === undefined ? {} : { example }) }
  return { required: true, content: { [contentType]: media } }
}

function successes(route: RouteDefinition, schemas: SchemaComponents): Record<string, unknown> {
  const answers = Object.entries(route.responses).map(([status, response]) => [
    status,
    successOf(route, Number(status), response, schemas),
  ])
  if (canWait(route)) answers.push(['202', heldOf(route, schemas)])
  const unchanged = { description: 'Still what If-None-Match names.', headers: headersOf(['ETag']) }
  if (route.etag && route.method === 'GET') answers.push(['304', unchanged])
  return Object.fromEntries(answers)
}

/** What waits for an approval is answered so, whatever else the status says on this route. */
function heldOf(route: RouteDefinition, schemas: SchemaComponents): unknown {
  const description = 'It waits for somebody’s approval; nothing was done yet. `Location` says where to look.'
  const held = successOf(route, 202, { description, schema: heldAnswer }, schemas)
  const own = route.responses[202]
  if (own?.schema === undefined) return held
  const schema = { anyOf: [schemas.ofOutput(own.schema), schemas.ofOutput(heldAnswer)] }
  const both = { description: `${own.description} Or: ${description}`, headers: headersOf(HELD_HEADERS) }
  return { ...both, content: { 'application/json': { schema } } }
}

const HELD_HEADERS: readonly ResponseHeader[] = [
  'X-Correlation-Id',
  'Cascade-Sequence',
  'RateLimit-Policy',
  'RateLimit',
  'Location',
]

function successOf(
  route: RouteDefinition,
  status: number,
  { description, schema, contentType = 'application/json', example }: ResponseDefinition,
  schemas: SchemaComponents,
): unknown {
  const names: ResponseHeader[] = ['X-Correlation-Id']
  if (!('exempt' in route.access)) names.push('Cascade-Sequence', 'RateLimit-Policy', 'RateLimit')
  if (route.etag) names.push('ETag')
  if (schema !== undefined && (status === 201 || status === 202)) names.push('Location')
  const media = {
    schema: schema ? schemas.ofOutput(schema) : { type: contentType === 'application/json' ? 'object' : 'string' },
    ...(example === undefined ? {} : { example }),
  }
  const hasContent = schema !== undefined || contentType !== 'application/json' || route.id === 'openapi'
  return { description, headers: headersOf(names), ...(hasContent ? { content: { [contentType]: media } } : {}) }
}

const headersOf = (names: readonly ResponseHeader[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** Problems by status: several codes may share one. */
function problems(route: RouteDefinition): Record<string, unknown> {
  const byStatus = Map.groupBy(errorsOf(route), (code) => ERRORS[code].status)
  const own = new Set(Object.keys(route.responses))
  return Object.fromEntries(
    [...byStatus].filter(([status]) => !own.has(String(status))).map(([status, codes]) => [status, problemOf(codes)]),
  )
}

function problemOf(codes: readonly ErrorCode[]): unknown {
  const retryable = codes.some((code) => 'retryable' in ERRORS[code])
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
    headers: headersOf(retryable ? ['X-Correlation-Id', 'Retry-After'] : ['X-Correlation-Id']),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  }
}
