import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Subject } from '#identity'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/governance/emergency'
const OTHER: Subject = {
  ...{ id: '01900000-0000-7000-8000-0000000000aa', kind: 'person', name: 'grace', roles: ['steward'] },
  ...{ trust: 80, owner: null, active: true, createdAt: 0 },
}
let http: HttpWorld

beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

test.for([
  { name: 'nothing', body: undefined },
  { name: 'no reason', body: { active: true } },
  { name: 'an empty reason', body: { active: true, reason: '' } },
  { name: 'a reason that is too long', body: { active: true, reason: 'x'.repeat(1001) } },
  { name: 'no word on which', body: { reason: 'r' } },
  { name: 'more than there is', body: { active: true, reason: 'r', epoch: 1 } },
])('$name is refused and turns nothing on', async ({ body }) => {
  expect((await http.send('POST', PATH, { body })).statusCode).toBe(400)
  expect((await http.send('GET', PATH)).json()).toMatchObject({ active: false, epoch: 0, since: null })
})

test('nobody without a token, and no member, turns it on, lifts it or sees it', async () => {
  for (const active of [true, false]) {
    const body = { active, reason: 'r' }
    const stranger = await http.send('POST', PATH, { body, headers: { authorization: undefined } })
    const member = await http.send('POST', PATH, { body, headers: { authorization: `Bearer ${http.memberToken}` } })
    expect([stranger.statusCode, member.statusCode]).toEqual([401, 403])
  }
  const seen = await http.send('GET', PATH, { headers: { authorization: undefined } })
  expect(seen.statusCode).toBe(401)
})

test('it is turned on at once, and asked to lift with 202, which one person does once', async () => {
  const lift = () => http.send('POST', PATH, { body: { active: false, reason: 'mended' } })
  expect((await lift()).json()).toMatchObject({ code: 'CONFLICT' })
  const raised = await http.send('POST', PATH, { body: { active: true, reason: 'out of hand' } })
  expect([raised.statusCode, raised.json()]).toMatchObject([
    200,
    { active: true, reason: 'out of hand', cause: 'call' },
  ])
  expect((await lift()).json()).toMatchObject({ code: 'FORBIDDEN' }) // the only one, and not on the machine
  http.lifters.push(OTHER)
  const asked = await lift()
  expect([asked.statusCode, asked.json()]).toMatchObject([202, { active: true, alone_after: null }])
  expect((await lift()).json()).toMatchObject({ code: 'CONFLICT' })
  expect((await http.send('GET', PATH)).json()).toMatchObject({
    active: true,
    lifts: [{ by: http.world.administrator.id }],
  })
})

describe('while it is on', () => {
  const raise = (world: HttpWorld) => world.emergency.raise(world.world.call('emergency.raise'), 'out of hand')

  test('every route is refused but those that see and end it, probes and metrics', async () => {
    await using world = await openHttpWorld()
    await raise(world)
    for (const [method, url] of [
      ['GET', '/v2/capsules'],
      ['GET', '/v2/system/health'],
      ['GET', '/v2/export'],
    ] as const)
      expect((await world.send(method, url)).json()).toMatchObject({
        code: 'EMERGENCY_ACTIVE',
        detail: expect.stringContaining('out of hand'),
      })
    const created = await world.send('POST', '/v2/capsules', { body: { content: 'One.', type: 'knowledge' } })
    expect([created.statusCode, created.json().code]).toEqual([503, 'EMERGENCY_ACTIVE'])
    for (const url of [PATH, '/health/live', '/metrics']) expect((await world.send('GET', url)).statusCode).toBe(200)
  })

  test('a request that waits for what never comes is answered at once, and its work is told', async () => {
    let signal: AbortSignal | undefined
    const began = Promise.withResolvers<void>()
    const handlers = {
      getStats: (request: { readonly signal: AbortSignal }) => {
        signal = request.signal
        began.resolve()
        return new Promise<never>(() => undefined)
      },
    }
    await using world = await openHttpWorld({ handlers: { capsuleStats: handlers.getStats } })
    const answer = world.send('GET', '/v2/capsules/stats')
    await began.promise
    await raise(world)
    expect((await answer).json()).toMatchObject({ code: 'EMERGENCY_ACTIVE' })
    expect(signal?.aborted).toBe(true)
  })

  test('a stream that does not listen is broken off', async () => {
    async function* endless() {
      for (;;) {
        yield '{}\n'
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await using world = await openHttpWorld({ handlers: { exportStore: () => ({ status: 200, lines: endless() }) } })
    const { url } = await world.server.listen()
    const answer = await fetch(`${url}/v2/export`, { headers: { authorization: `Bearer ${world.token}` } })
    expect(answer.status).toBe(200)
    const reader = answer.body?.getReader()
    await reader?.read()
    await raise(world)
    const readOn = async (): Promise<void> => {
      while (!(await reader?.read())?.done);
    }
    await expect(readOn()).rejects.toThrow()
  })
})
