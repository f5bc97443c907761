import { ServerProcess } from '../../packages/server/test/server-process.ts'
import type { BenchContext } from '../bench-context.ts'
import { questionRequest } from '../http/prepare.ts'
import { quantilesOf } from '../measure/quantiles.ts'

const RESTARTS = 5

/** From the start of the process to the first answer of a search, the store being there already. */
export async function measureRestart({ report, corpus }: BenchContext, folder: string): Promise<void> {
  report.begin('Restart: process start to first search answered')
  const { body, path } = questionRequest(corpus.questions[0]!, 'hybrid', 'none')
  const answer: number[] = []
  const ready: number[] = []
  for (let restart = 0; restart <= RESTARTS; restart++) {
    const startedAt = performance.now()
    await using server = new ServerProcess({ dataDir: folder })
    const { url, token } = await server.ready()
    ready.push(performance.now() - startedAt)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: Buffer.from(body ?? []) })
    if (!response.ok) throw new Error(`the first search was answered ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
    answer.push(performance.now() - startedAt)
    await server.stop()
  }
  // The first start compiles what the next ones find compiled.
  report.times('ready', quantilesOf(ready.slice(1)))
  report.times('first answer', quantilesOf(answer.slice(1)), 'restart')
}
