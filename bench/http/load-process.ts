// The load client: a process of its own, so that its work is not the server's. Takes jobs over IPC, one at a time.
import { Agent, request } from 'node:http'
import type { LoadJob, LoadResult, PreparedRequest } from './load-job.ts'

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

process.on('message', (job: LoadJob) => {
  void carryOut(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ problem: String(error) }),
  )
})

interface Reply {
  readonly status: number
  readonly body: string
}

async function carryOut(job: LoadJob): Promise<LoadResult> {
  const times = new Float64Array(job.total)
  const bodies: string[] = []
  const labels = Array.from({ length: job.total }, (_, at) => job.requests[at % job.requests.length]!.label)
  const refused: Record<string, string> = {}
  const run = new URL(job.url)
  let next = 0
  let refusals = 0
  const begunAt = performance.now()
  const client = async (): Promise<void> => {
    for (let at = next++; at < job.total; at = next++) {
      if (job.perSecond !== undefined) await waitUntil(begunAt + (at * 1000) / job.perSecond)
      const startedAt = performance.now()
      const { status, body } = await send(run, job.token, job.requests[at % job.requests.length]!)
      times[at] = performance.now() - startedAt
      if (at < job.keepBodies) bodies[at] = body
      if (status >= 300) {
        refusals += 1
        refused[status] ??= body.slice(0, 500)
      }
    }
  }
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: job.clients }, client))
  const seconds = (performance.now() - begunAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, times, labels, refused, refusals, bodies, cpuSeconds: (user + system) / 1e6 }
}

const waitUntil = (moment: number): Promise<unknown> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - performance.now())))

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
