import { ERRORS, type ErrorCode, errorPath } from '../errors.ts'
import { ROUTE_TAGS, type RouteDefinition } from '../routes/route.ts'
import { problem } from '../system.ts'
import { REQUEST_HEADERS, RESPONSE_HEADERS } from './headers.ts'
import { operationOf } from './operation.ts'
import { SchemaComponents } from './schema-components.ts'

export interface OpenApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly [member: string]: unknown
}

/** The OpenAPI 3.1 description of `routes`. @see https://spec.openapis.org/oas/v3.1.1 */
export function buildOpenApi(
  routes: readonly RouteDefinition[],
  options: { readonly version: string },
): OpenApiDocument {
  const steps = openApiSteps(routes, options)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** The same, with a pause after each route for a caller who has others to serve: the whole takes some 100 ms. */
export function* openApiSteps(
  routes: readonly RouteDefinition[],
  { version }: { readonly version: string },
): Generator<undefined, OpenApiDocument> {
  const schemas = new SchemaComponents()
  schemas.ofOutput(problem)
  const paths: Record<string, Record<string, Record<string, unknown>>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    Object.assign(paths[route.path]!, { [route.method.toLowerCase()]: operationOf(route, schemas) })
    yield
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Forge Cascade',
      version,
      summary: 'Memory that people and agents can trust.',
      description:
        'Send `Authorization: Bearer <token>`; the token of a local instance is in the file `token` of its data folder. Every failure is a problem document (RFC 9457) whose `type` leads to a page that says what to do.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: Object.entries(ROUTE_TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      parameters: REQUEST_HEADERS,
      headers: RESPONSE_HEADERS,
      examples: problemExamples(),
      schemas: schemas.all(),
    },
  }
}

function problemExamples(): Record<string, unknown> {
  const codes = Object.keys(ERRORS) as ErrorCode[] // keys of the catalogue are its codes
  return Object.fromEntries(codes.map((code) => [code, { summary: ERRORS[code].title, value: problemExample(code) }]))
}

const problemExample = (code: ErrorCode) => ({
  type: errorPath(code),
  title: ERRORS[code].title,
  status: ERRORS[code].status,
  detail: ERRORS[code].fix,
  instance: '/v2/capsules',
  code,
  correlation_id: '01939b40-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
  errors: [],
})
