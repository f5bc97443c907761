import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { normalize } from '../../../domain/capsules/embedding/index.ts'

export interface EmbeddingsServer extends AsyncDisposable {
  readonly url: string
  /** How often each text was asked for, over all requests that were answered with vectors. */
  readonly asked: ReadonlyMap<string, number>
  /** Decides over the requests to come: a status other than 200 is a refusal. Nothing is decided while undefined. */
  refuse: ((texts: readonly string[]) => number) | undefined
  /** Numbers of the vectors it sends; other than `SERVED_DIMENSIONS` when a test wants a wrong answer. */
  dimensions: number
  /** Sends vectors that say something else. */
  skew: boolean
}

export const SERVED_DIMENSIONS = 96

/** The vector that the server has for a text: words hashed into it, the same each time. */
export function servedVector(text: string, dimensions = SERVED_DIMENSIONS): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const word of text.toLowerCase().split(/\W+/)) {
    let hash = 1
    for (const letter of word) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
    vector[hash % dimensions]! += 1
    vector[(hash >>> 8) % dimensions]! -= 0.5
  }
  if (vector.every((value) => value === 0)) vector[0] = 1
  return normalize(vector)
}

/** A real server of an OpenAI-compatible `/embeddings` interface, on this machine. */
export async function startEmbeddingsServer(): Promise<EmbeddingsServer> {
  const asked = new Map<string, number>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly input: readonly string[] }
    const status = handle.refuse?.(input) ?? 200
    if (status !== 200) {
      response.writeHead(status, { 'retry-after': '0' }).end('{}')
      return
    }
    for (const text of input) asked.set(text, (asked.get(text) ?? 0) + 1)
    sendVectors(response, input, handle)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  const handle: EmbeddingsServer = {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    refuse: undefined,
    dimensions: SERVED_DIMENSIONS,
    skew: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return handle
}

function sendVectors(response: ServerResponse, input: readonly string[], { dimensions, skew }: EmbeddingsServer): void {
  const data = input.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: [...servedVector(skew ? `other ${text.length}` : text, dimensions)],
  }))
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ object: 'list', data }))
}
