import { expect, test } from 'vitest'
import { problem, run, serve } from '../testing.ts'

const DONE = {
  status: 201,
  body: { id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e', type: 'shop.order.placed', position: '1' },
}
const lines = (...messages: readonly (object | string)[]) =>
  messages.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')

test('publishes each line in its order, the same message under the same key, and passes over what is none', async () => {
  await using server = await serve(() => DONE)
  const stdin = lines(
    { type: 'OrderPlaced', payload: { order: 1 }, id: 7 },
    '',
    'not a message',
    { type: 'OrderPlaced', payload: { order: 1 }, id: 7 },
    { specversion: '1.0', id: 'a', source: '/till', type: 'paid', data: 5 },
    { type: ' ' },
  )
  const { code, out, err } = await run(['bridge', '--prefix', 'shop', '--url', server.url], { stdin })
  expect(code).toBe(2)
  expect(out).toBe('3 messages handed over, 2 lines refused.\n')
  expect(err).toContain('line 3: It is no JSON')
  expect(err).toContain('line 6: ')
  expect(server.received.map(({ body }) => body)).toEqual([
    { type: 'shop.order.placed', payload: { order: 1 }, legacy: true },
    { type: 'shop.order.placed', payload: { order: 1 }, legacy: true },
    { type: 'shop.paid', payload: 5, legacy: true },
  ])
  const keys = server.received.map(({ headers }) => headers['idempotency-key'])
  expect(keys[0]).toBe(keys[1])
  expect(new Set(keys).size).toBe(2)
})

test('waits where it is too fast, and is refused nothing for it', async () => {
  await using server = await serve((_, count) =>
    count === 1 ? problem(429, 'RATE_LIMITED', 'Too many requests at once.') : DONE,
  )
  const { code, out } = await run(['bridge', '--json', '--url', server.url], { stdin: lines({ type: 'a.b' }) })
  expect([code, JSON.parse(out)]).toEqual([0, { published: 1, refused: 0, problems: [] }])
  expect(server.received).toHaveLength(2)
})

test('ends where the instance does not take events, and says how far it came', async () => {
  await using server = await serve((_, count) =>
    count === 1 ? DONE : problem(503, 'EMERGENCY_ACTIVE', 'An emergency is on.'),
  )
  const { code, err } = await run(['bridge', '--url', server.url], { stdin: lines({ type: 'a.b' }, { type: 'a.c' }) })
  expect(code).toBe(6)
  expect(err).toContain('Line 2 was not published: An emergency is on. Those before it were')
})

test.for([
  [['bridge', '--prefix', 'Shop Floor'], 'expected two or more words'],
  [['bridge', '--prefix', 'cascade'], 'must not begin with cascade.'],
] as const)('%j is refused before anything is read', async ([argv, says]) => {
  const { code, err } = await run(argv, { stdin: lines({ type: 'a.b' }) })
  expect(code).toBe(2)
  expect(err).toContain(says)
})
