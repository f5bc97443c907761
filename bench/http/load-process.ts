// The load client: a process of its own, so that its work is not the server's. Takes jobs over IPC, one at a time.
import { Agent, request } from 'node:http'
import type { PreparedRequest } from './load-job.ts'
import { type Reply, takeJobs } from './take-jobs.ts'

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

// The agent keeps connections over jobs.
takeJobs(({ url, token }) => {
  const server = new URL(url)
  return { send: (prepared) => send(server, token, prepared), [Symbol.dispose]: () => undefined }
})

function send({ hostname, port }: URL, token: string, prepared: PreparedRequest): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const { method, path, body, contentType = 'application/json' } = prepared
  const headers: Record<string, string | number> = { authorization: `Bearer ${token}` }
  if (body) Object.assign(headers, { 'content-type': contentType, 'content-length': body.byteLength })
  const sent = request({ hostname, port, method, path, agent, headers }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    )
    response.on('error', reject)
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}
