import { expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

test.for([
  { argv: ['events', '--type', 'Shop'], says: '--type: expected a pattern of words in lower case' },
  { argv: ['events', '--after', 'x'], says: 'such as 4711 or 4711.1' },
  { argv: ['publish', 'shop'], says: 'such as shop.order.placed' },
])('$argv says what is expected, with an example', async ({ argv, says }) => {
  const { code, err } = await run(argv)
  expect(code).toBe(2)
  expect(err).toContain(says)
})

test('a type without cascade. that nothing fits tells how types of the instance begin', async () => {
  await using server = await serve(() => ({ body: { items: [], next: null, more: false } }))
  const { out } = await run(['events', '--type', 'capsule.created', '--url', server.url])
  expect(out).toContain('Types of the instance begin with cascade.')
})

const told = (sequence: number) => ({
  ...{ specversion: '1.0', id: `01939b3e-7a12-7b01-9d44-0a4f5b6c7d8${sequence}`, source: '/i', type: 'shop.paid' },
  ...{ subject: 'event/1', time: '2026-03-01T09:00:00.000Z', datacontenttype: 'application/json', actor: 'system' },
  ...{ correlationid: 'c', decisionid: 'd', sequence, data: { id: '1' } },
})
const stream = (...events: readonly (readonly [string, object])[]) => ({
  type: 'text/event-stream',
  text: events.map(([kind, data]) => `event: ${kind}\nid: 1.0\ndata: ${JSON.stringify(data)}\n\n`).join(''),
})

test('--follow prints one event a line, goes on where a slow reader was ended, and says why a stream is over', async () => {
  await using server = await serve((_, count) =>
    count === 1
      ? stream(['message', told(1)], ['end', { code: 'DEADLINE_EXCEEDED', detail: 'Too slow.', after: '1.0' }])
      : stream(
          ['message', told(2)],
          ['end', { code: 'UNAUTHENTICATED', detail: 'The token was revoked.', after: '2.0' }],
        ),
  )
  const { code, out, err } = await run(['events', '--follow', '--json', '--type', 'shop.*', '--url', server.url])
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([told(1), told(2)])
  expect(server.received.map(({ path, headers }) => [path, headers['last-event-id']])).toEqual([
    ['/v2/events?type=shop.*', undefined],
    ['/v2/events?type=shop.*', '1.0'],
  ])
  expect(server.received[0]?.headers.accept).toBe('text/event-stream')
  expect([code, err]).toEqual([4, expect.stringContaining('The stream has ended: The token was revoked.')])
})

test('--follow goes on where it was when the instance is back, and says where it was when it stays away', async () => {
  const ends = { code: 'UNAVAILABLE', detail: 'this instance is stopping (SIGTERM)', after: '1.0' }
  await using server = await serve((_, count) => {
    if (count === 1) return stream(['message', told(1)], ['end', ends])
    return count === 3 ? stream(['message', told(2)]) : 'hang up'
  })
  let now = 0
  const clock = () => {
    now += server.received.length > 3 ? 40_000 : 1
    return now
  }
  const { code, out, err } = await run(['events', '--follow', '--type', 'shop.*', '--url', server.url], {
    io: { clock },
  })
  expect(out.match(/shop\.paid/g)).toHaveLength(2)
  expect(server.received.slice(0, 3).map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1.0', '1.0'])
  expect(err).toContain('The instance is away.')
  expect([code, err]).toEqual([6, expect.stringContaining('Go on from here with --after 1.0.')])
})

test('an instance that was never there is told of at once', async () => {
  const { code } = await run(['events', '--follow', '--url', 'http://127.0.0.1:1'])
  expect(code).toBe(6)
})
