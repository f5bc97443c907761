import { ROUTES, type RouteDefinition } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { checkRoutes } from './check-routes.ts'

const handler = (): undefined => undefined
const all: Readonly<Record<string, unknown>> = Object.fromEntries(ROUTES.map(({ id }) => [id, handler]))
const first = ROUTES[0]!

function unguarded(): RouteDefinition {
  const { access: _access, ...rest } = first
  return { ...rest, id: 'open' } as RouteDefinition // what a row from elsewhere may lack
}

test.for([
  {
    name: 'a route without a handler',
    routes: ROUTES,
    handlers: { ...all, ask: undefined },
    fault: 'ask has no handler',
  },
  {
    name: 'a handler without a route',
    routes: ROUTES,
    handlers: { ...all, hidden: handler },
    fault: 'the handler hidden has no route',
  },
  {
    name: 'a route without access',
    routes: [...ROUTES, unguarded()],
    handlers: { ...all, open: handler },
    fault: 'open says neither',
  },
  {
    name: 'a route that is there twice',
    routes: [...ROUTES, first],
    handlers: all,
    fault: `${first.id} is there twice`,
  },
])('refuses to boot with $name', ({ routes, handlers, fault }) => {
  expect(() => checkRoutes(routes, handlers)).toThrowError(
    expect.objectContaining({ code: 'BOOT_FAILED', detail: expect.stringContaining(fault) }),
  )
})

test('names every fault at once', () => {
  expect(() => checkRoutes(ROUTES, {})).toThrowError(new RegExp(`${ROUTES[0]!.id}.*${ROUTES.at(-1)!.id}`))
})

test('opens when every route has its handler and every handler its route', () => {
  expect(checkRoutes(ROUTES, all)).toBeUndefined()
})

test('what needs no token is exactly what the specification allows', () => {
  const open = ROUTES.filter(({ access }) => 'exempt' in access).map(({ method, path }) => `${method} ${path}`)
  expect(open.toSorted()).toEqual(
    [
      'GET /',
      'GET /docs/{folder}/{page}',
      'GET /docs/{page}',
      'GET /errors',
      'GET /errors/{code}',
      'GET /favicon.ico',
      'GET /health',
      'GET /health/live',
      'GET /health/ready',
      'GET /health/startup',
      'GET /llms.txt',
      'GET /metrics',
      'GET /reference',
      'GET /reference/{asset}',
      'GET /v2/openapi.json',
      'GET /v2/witness/{origin_hash}/checkpoint',
      'POST /v2/witness/add-checkpoint',
    ].toSorted(),
  )
})
