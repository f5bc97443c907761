import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEAD_LETTERS, type DeadLetter } from '#mesh'
import { commandOf, commit, grantOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/mesh/dead-letters'
const EVENT = '01939b42-0000-7000-8000-00000000000'
let http: HttpWorld

beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

const idOf = (number: number, route = 'one'): string => `${EVENT}${number}.${route}.ops`

async function addLetter(number: number, route = 'one'): Promise<string> {
  const { store } = http.world.context
  const letter: DeadLetter = {
    ...{ route, sink: 'ops', event: { id: `${EVENT}${number}`, type: 'cascade.x', sequence: number } },
    ...{ subject: 'capsule/x', actor: 'a', attempts: 3, cause: 'delivery', reason: 'away', firstAt: 0, lastAt: 1 },
    replaying: '',
  }
  const grant = grantOf('mesh.deliver')
  await commit(store, commandOf(grant, [store.records.put(grant, DEAD_LETTERS, idOf(number, route), letter)]))
  return idOf(number, route)
}

test.for([
  { name: 'nothing at all', body: {} },
  { name: 'ids and a route', body: { ids: [idOf(1)], route: 'one' } },
  { name: 'no ids', body: { ids: [] } },
  { name: 'more ids than one request names', body: { ids: Array.from({ length: 101 }, () => idOf(1)) } },
  { name: 'an id that is none', body: { ids: ['../../mesh_lanes'] } },
  { name: 'a route that is none', body: { route: 'One Two' } },
])('$name are refused', async ({ body }) => {
  for (const verb of ['replay', 'discard'])
    expect((await http.send('POST', `${PATH}:${verb}`, { body })).statusCode).toBe(400)
})

test('nobody without a token, and no member, sees, replays or discards', async () => {
  const body = { route: 'one' }
  const asked = [
    ['GET', '/v2/mesh', undefined],
    ['GET', PATH, undefined],
    ['POST', `${PATH}:replay`, body],
    ['POST', `${PATH}:discard`, body],
  ] as const
  for (const [method, path, sent] of asked) {
    const send = (authorization: string | undefined) =>
      http.send(method, path, { ...(sent && { body: sent }), headers: { authorization } })
    expect((await send(undefined)).statusCode).toBe(401)
    expect((await send(`Bearer ${http.memberToken}`)).statusCode).toBe(403)
  }
})

test('dead letters are listed page by page, by route, and a cursor that was made up is refused', async () => {
  const ids = [await addLetter(1), await addLetter(2), await addLetter(3, 'two')]
  const first = (await http.send('GET', `${PATH}?limit=2`)).json()
  expect(first.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2))
  const rest = (await http.send('GET', `${PATH}?limit=2&cursor=${first.next_cursor}`)).json()
  expect(rest).toMatchObject({ items: [{ id: ids[2], reason: 'away' }], next_cursor: null })
  expect((await http.send('GET', `${PATH}?route=two`)).json().items).toHaveLength(1)
  expect((await http.send('GET', `${PATH}?cursor=made-up`)).json()).toMatchObject({ code: 'CURSOR_INVALID' })
})

test('a route that is not there and has no dead letters is not found', async () => {
  for (const verb of ['replay', 'discard']) {
    const answer = (await http.send('POST', `${PATH}:${verb}`, { body: { route: 'nosuch' } })).json()
    expect(answer).toMatchObject({ code: 'NOT_FOUND', detail: expect.stringContaining('no route nosuch') })
  }
})

test('one is replayed once, discarded for good, and both are on record', async () => {
  const id = await addLetter(4, 'three')
  const replay = () => http.send('POST', `${PATH}:replay`, { body: { ids: [id] } })
  expect((await replay()).json()).toEqual({ events: 1 })
  expect((await replay()).json()).toEqual({ events: 0 })
  expect((await http.send('POST', `${PATH}:discard`, { body: { route: 'three' } })).json()).toEqual({ events: 1 })
  expect((await replay()).json()).toMatchObject({ code: 'NOT_FOUND' })
  const { store } = http.world.context
  const types = (await store.changesSince(-1, 1000)).map(({ leaf }) => leaf.type)
  expect(types.filter((type) => type.startsWith('mesh.'))).toEqual(['mesh.replayed', 'mesh.discarded'])
})
