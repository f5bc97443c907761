import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { HTTP_LIMITS } from '../../packages/server/src/edge/http/limits.ts'
import { openHttpWorld } from '../../packages/server/src/edge/http/testing.ts'
import { LIMITS } from './index.ts'

/** What a client gets of a connection before it is closed from the other side. */
async function closedAfter(port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let received = ''
  connect(port, '127.0.0.1')
    .setEncoding('utf8')
    .on('data', (text: string) => (received += text))
    .on('error', () => resolve(received))
    .on('close', () => resolve(received))
  return promise
}

test('a connection too many is closed at once', async () => {
  const http = await openHttpWorld()
  const { server } = http.server.app
  expect(server.maxConnections).toBe(HTTP_LIMITS.connectionsMax)
  server.maxConnections = 1
  const { port } = await http.server.listen()
  const first = connect(port, '127.0.0.1')
  await new Promise((resolve) => first.once('connect', resolve))
  expect(await closedAfter(port)).toBe('')
  first.destroy()
  await http[Symbol.asyncDispose]()
})

test('a connection on which nothing moves is closed', async () => {
  const http = await openHttpWorld()
  const { server } = http.server.app
  expect(server.timeout).toBe(HTTP_LIMITS.idleMs)
  server.timeout = 30
  const { port } = await http.server.listen()
  expect(await closedAfter(port)).toBe('')
  await http[Symbol.asyncDispose]()
})

test('a connection between two requests is closed', async () => {
  const http = await openHttpWorld({ server: { keep_alive_s: 1 } })
  expect(http.server.app.server.keepAliveTimeout).toBe(1000)
  const { url } = await http.server.listen()
  const answer = await fetch(`${url}/health/live`)
  expect(answer.headers.get('keep-alive')).toBe('timeout=1')
  await http[Symbol.asyncDispose]()
})

test('a line of a batch that is too long has its problem, and its neighbours are written', async () => {
  const bytesMax = 64 * 1024
  await using http = await openHttpWorld({ server: { body_bytes_max: bytesMax } })
  const line = (content: string): string => JSON.stringify({ content, type: 'knowledge' })
  const payload = [line('One.'), line('x'.repeat(bytesMax)), line('Two.')].join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await http.send('POST', '/v2/capsules/batch', { payload, headers })
  const lines = answer.body.trim().split('\n')
  expect(lines.map((text) => JSON.parse(text).problem?.code ?? 'written')).toEqual([
    'written',
    'PAYLOAD_TOO_LARGE',
    'written',
  ])
})

const never = () => new Promise<never>(() => undefined)

test('an answer that takes too long is given up', async () => {
  await using http = await openHttpWorld({ handlers: { listCapsules: never }, app: { answerMsMax: 30 } })
  expect({ error: (await http.send('GET', '/v2/capsules')).json().code }).toEqual(LIMITS.answerTime.beyond)
})

test('a change that takes too long is answered without its outcome', async () => {
  await using http = await openHttpWorld({ handlers: { createCapsule: never }, app: { answerMsMax: 30 } })
  const answer = await http.send('POST', '/v2/capsules', { body: { content: 'A note.', type: 'knowledge' } })
  expect({ error: answer.json().code }).toEqual(LIMITS.answerTimeOfChange.beyond)
})
