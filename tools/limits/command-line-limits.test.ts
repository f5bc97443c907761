import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ANSWER_BYTES_MAX, HttpClient, LINE_LENGTH_MAX } from '../../packages/server/src/edge/cli/http-client.ts'
import { codeOf } from '../../packages/server/src/platform/store/testing.ts'
import { LIMITS } from './index.ts'

async function clientOf(answer: RequestListener): Promise<HttpClient> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo
  return new HttpClient({ url: new URL(`http://127.0.0.1:${port}`) }, undefined)
}

test('an instance that says nothing is not waited for', async () => {
  const client = await clientOf(() => undefined)
  expect({ error: await codeOf(() => client.request('GET', '/', { timeoutMs: 30 })) }).toEqual(
    LIMITS.commandSilence.beyond,
  )
})

test('an answer of a byte too much is no answer', async () => {
  const client = await clientOf((_request, response) => response.end(Buffer.alloc(ANSWER_BYTES_MAX + 1, ' ')))
  await expect(client.request('GET', '/')).rejects.toMatchObject({
    code: LIMITS.commandAnswer.beyond.error,
    detail: expect.stringContaining('larger than'),
  })
  const readBytes = async (): Promise<void> => {
    for await (const _piece of client.bytes('GET', '/'));
  }
  expect({ error: await codeOf(readBytes) }).toEqual(LIMITS.commandAnswer.beyond)
}, 30_000)

test('a line of an answer of a letter too much is no answer', async () => {
  const read = async (length: number): Promise<number> => {
    const client = await clientOf((_request, response) => response.end(Buffer.alloc(length, 'x')))
    let lines = 0
    for await (const _line of client.lines('GET', '/')) lines++
    return lines
  }
  expect(await read(LINE_LENGTH_MAX)).toBe(1)
  expect({ error: await codeOf(() => read(LINE_LENGTH_MAX + 1)) }).toEqual(LIMITS.commandLine.beyond)
}, 30_000)
