import type { LoadJob, LoadResult, PreparedRequest } from './load-job.ts'

export interface Reply {
  readonly status: number
  readonly body: string
}

/** Sends one request after another. */
export interface Sender extends Disposable {
  send(request: PreparedRequest): Promise<Reply>
}

/** What a load client does: carries out the jobs that come over IPC, one at a time, each client with a sender of its own. */
export function takeJobs(openSender: (job: LoadJob) => Sender | Promise<Sender>): void {
  process.on('message', (job: LoadJob) => {
    void carryOut(job, openSender).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ problem: String(error) }),
    )
  })
}

async function carryOut(job: LoadJob, openSender: Parameters<typeof takeJobs>[0]): Promise<LoadResult> {
  const times = new Float64Array(job.total)
  const bodies: string[] = []
  const labels = Array.from({ length: job.total }, (_, at) => job.requests[at % job.requests.length]!.label)
  const refused: Record<string, string> = {}
  let next = 0
  let refusals = 0
  using senders = new DisposableStack()
  const opened = await Promise.all(Array.from({ length: job.clients }, () => openSender(job)))
  for (const sender of opened) senders.use(sender)
  const begunAt = performance.now()
  const client = async (sender: Sender): Promise<void> => {
    for (let at = next++; at < job.total; at = next++) {
      if (job.perSecond !== undefined) await waitUntil(begunAt + (at * 1000) / job.perSecond)
      const startedAt = performance.now()
      const { status, body } = await sender.send(job.requests[at % job.requests.length]!)
      times[at] = performance.now() - startedAt
      if (at < job.keepBodies) bodies[at] = body
      if (status >= 300) {
        refusals += 1
        refused[status] ??= body.slice(0, 500)
      }
    }
  }
  const cpu = process.cpuUsage()
  await Promise.all(opened.map(client))
  const seconds = (performance.now() - begunAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, times, labels, refused, refusals, bodies, cpuSeconds: (user + system) / 1e6 }
}

const waitUntil = (moment: number): Promise<unknown> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - performance.now())))
