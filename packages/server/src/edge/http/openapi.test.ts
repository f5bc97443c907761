import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildOpenApi, ERRORS, errorsOf, ROUTES, type RouteDefinition } from '@forge-cascade/contract'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { urlOf } from './route-url.ts'
import { openHttpWorld } from './testing.ts'

const document = buildOpenApi(ROUTES, { version: '0.1.0' })
const doors = ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted()

test('the description is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(structuredClone(document))
  expect([result.valid, result.errors]).toEqual([true, undefined])
})

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document)
  for (const [, ref] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = ref!
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
    expect([ref, typeof target]).toEqual([ref, 'object'])
  }
})

test('describes every row and nothing else', () => {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.toSorted()).toEqual(doors)
})

test('what is mounted is what is described, and it serves its own description', async () => {
  const http = await openHttpWorld()
  await http.server.app.ready()
  const mounted = new Set(ROUTES.map((route) => ({ method: route.method, url: urlOf(route) })))
  for (const route of mounted) expect([route, http.server.app.hasRoute(route)]).toEqual([route, true])
  const tree = http.server.app.printRoutes({ commonPrefix: false })
  const handlers = [...tree.matchAll(/\(([A-Z, ]+)\)/g)]
    .flatMap(([, methods]) => methods!.split(', '))
    .filter((method) => method !== 'HEAD')
  expect(handlers).toHaveLength(ROUTES.length)
  expect((await http.send('GET', '/v2/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(document)))
  await http[Symbol.asyncDispose]()
})

test('the written reference has every row and nothing else', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../../../docs/reference/http.md'), 'utf8')
  const written = [...text.matchAll(/^### (\w+ \/\S*)$/gm)].map(([, door]) => door!)
  expect(written.toSorted()).toEqual(doors)
})

test('names of operations are unique', () => {
  expect(new Set(ROUTES.map(({ id }) => id)).size).toBe(ROUTES.length)
})

test.for(ROUTES.map((route): [string, RouteDefinition] => [route.id, route]))(
  '%s: its examples have the shape they illustrate',
  ([, route]) => {
    if (route.body) expect(route.body.schema.safeParse(route.body.example)).toMatchObject({ success: true })
    for (const { schema, example } of Object.values(route.responses)) {
      if (schema) expect(schema.safeParse(example)).toMatchObject({ success: true })
    }
  },
)

test('every problem a route can answer with is in its description', () => {
  for (const route of ROUTES) {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()]
    const text = JSON.stringify(operation)
    const told = errorsOf(route).filter((code) => !Object.hasOwn(route.responses, ERRORS[code].status))
    for (const code of told)
      expect([route.id, text.includes(`#/components/examples/${code}`)]).toEqual([route.id, true])
  }
})
