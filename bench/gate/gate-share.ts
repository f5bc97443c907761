import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BenchContext } from '../bench-context.ts'
import { LoadClient } from '../http/load-client.ts'
import type { PreparedRequest } from '../http/load-job.ts'
import { createRequest, questionRequest } from '../http/prepare.ts'
import { inTurns } from '../measure/in-turns.ts'
import { medianOf, type Quantiles, quantilesOf } from '../measure/quantiles.ts'
import type { TargetName } from '../targets.ts'

const SCRIPT = fileURLToPath(new URL('./doors-process.ts', import.meta.url))
const GETS = 2000
const CAPSULES_READ = 200
const CREATES = 300
/** Decisions about reading are gathered for a second; what is left of them is no create's. */
const GATHERED_MS = 1500

interface Doors {
  readonly gated: string
  readonly open: string
  readonly token: string
}

/** What one door came to in a round. */
interface Round {
  readonly search: Quantiles
  readonly get: Quantiles
  readonly create: Quantiles
  /** Transactions of each create. */
  readonly transactions: number
}

/** What the gate adds to what an instance does: the same store with its gate and with one that is open, by turns. */
export async function measureGateShare(context: BenchContext, folder: string, ids: readonly string[]): Promise<void> {
  const { report, options } = context
  const child = fork(SCRIPT, [folder], { execArgv: ['--disable-warning=ExperimentalWarning'] })
  await using client = new LoadClient('raw')
  // The process sends this first.
  const doors = (await answerOf(child)) as Doors
  const measure = (door: 'gated' | 'open') =>
    measureDoor(context, { child, client, token: doors.token, url: doors[door] }, ids)
  const turns = await inTurns(
    options.rounds,
    () => measure('open'),
    () => measure('gated'),
  )
  const tell = (what: 'search' | 'get' | 'create', name: string, target?: TargetName) => {
    for (const [side, how] of ['the gate open', 'the gate'].entries())
      report.times(`${name}, ${how}`, medianOf(turns.map((turn) => turn[side]![what])))
    const ratios = turns.map(([open, gated]) => gated[what].p50 / open[what].p50)
    report.value('  with the gate by open, p50', ratios, '×', target)
  }
  tell('search', 'hybrid search, 1 client', 'gateSearch')
  tell('get', 'a capsule by its id, 1 client')
  tell('create', 'durable create, 1 client')
  const more = turns.map(([open, gated]) => gated.transactions - open.transactions)
  report.value('  transactions that the gate adds to a create', more, '', 'gateTransactions')
  const gone = once(child, 'exit')
  child.disconnect()
  await gone
}

interface Door {
  readonly child: ChildProcess
  readonly client: LoadClient
  readonly token: string
  readonly url: string
}

async function measureDoor({ corpus }: BenchContext, door: Door, ids: readonly string[]): Promise<Round> {
  const { child, client, token, url } = door
  const drive = async (requests: readonly PreparedRequest[], total: number): Promise<Quantiles> =>
    quantilesOf([...(await client.run({ url, token, requests, total, clients: 1, keepBodies: 0 })).times])
  const questions = corpus.questions.map((question) => questionRequest(question, 'hybrid', 'none'))
  const gets = ids
    .slice(0, CAPSULES_READ)
    .map((id): PreparedRequest => ({ method: 'GET', path: `/v2/capsules/${id}`, label: 'get' }))
  const search = await drive(questions, questions.length)
  const get = await drive(gets, GETS)
  await new Promise((resolve) => setTimeout(resolve, GATHERED_MS))
  const before = await countTransactions(child)
  const create = await drive(corpus.draw(CREATES).map(createRequest), CREATES)
  const transactions = ((await countTransactions(child)) - before) / CREATES
  return { search, get, create, transactions }
}

async function countTransactions(child: ChildProcess): Promise<number> {
  child.send('transactions')
  // The process answers whatever it is sent with this.
  const { transactions } = (await answerOf(child)) as { readonly transactions: number }
  return transactions
}

/** @throws Error when the process ends instead. */
async function answerOf(child: ChildProcess): Promise<unknown> {
  const answered = new AbortController()
  const { signal } = answered
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the process of the two doors was expected to answer, and ended with ${code}`)
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message
  } finally {
    answered.abort()
  }
}
