import { ServerProcess } from '../../packages/server/test/server-process.ts'
import type { BenchContext } from '../bench-context.ts'
import { LoadClient } from '../http/load-client.ts'
import type { LoadResult, PreparedRequest } from '../http/load-job.ts'
import { inTurns, ratioOf } from '../measure/in-turns.ts'
import { medianOf, quantilesOf } from '../measure/quantiles.ts'
import { filesOf } from './team-policies.ts'

const POLICIES = 1000
const ONE = { clients: 1, total: 2000 } as const
const MANY = { clients: 16, total: 10_000 } as const
/** Questions in one request of `/access/v1/evaluations`, as a page asks that shows what its reader may do with a list. */
const BATCH = 20
const BATCHES = { clients: 16, total: 2000 } as const

/** More is asked in a second than a subject may ask of an instance that others share. */
const NO_RATE = { CASCADE_LIMITS_RATE_REQUESTS_PER_MINUTE: '0' }

const HEALTH: PreparedRequest = { method: 'GET', path: '/health/live', label: 'health' }

/** A question of AuthZEN about the administrator. */
const question = (action: string, resource: string): PreparedRequest => ({
  method: 'POST',
  path: '/access/v1/evaluation',
  body: new TextEncoder().encode(
    JSON.stringify({
      subject: { type: 'person', id: 'administrator' },
      action: { name: action },
      resource: { type: 'capsule', id: resource },
    }),
  ),
  label: action,
})

/** Many questions about the administrator at once. */
const batch: PreparedRequest = {
  method: 'POST',
  path: '/access/v1/evaluations',
  body: new TextEncoder().encode(
    JSON.stringify({
      subject: { type: 'person', id: 'administrator' },
      action: { name: 'capsule.search' },
      evaluations: Array.from({ length: BATCH }, () => ({ resource: { type: 'capsule', id: '*' } })),
    }),
  ),
  label: 'batch',
}

/** What a round came to. */
interface Round {
  readonly health: LoadResult
  readonly general: LoadResult
  readonly about: LoadResult
  readonly many: LoadResult
  readonly batched: LoadResult
}

/** Answers of AuthZEN by a whole instance, with the policies that come with it and with a thousand more. @returns p50, ms. */
export async function measureAccess({ report, options }: BenchContext, folder: string): Promise<number> {
  await using server = new ServerProcess({ dataDir: folder, env: NO_RATE })
  const address = await server.ready()
  await using client = new LoadClient('raw')
  const drive = (request: PreparedRequest, load: { readonly clients: number; readonly total: number }) =>
    client.run({ ...address, requests: [request], keepBodies: 1, ...load })
  const send = (method: string, path: string, body: unknown) => sendJson(address, method, path, body)
  // The contract's answer to a create.
  const { id } = (await send('POST', '/v2/capsules', {
    type: 'knowledge',
    content: 'what the gate is asked about',
  })) as { id: string }
  const [general, about] = [question('capsule.search', '*'), question('capsule.read', id)]
  const measure = async (files: ReturnType<typeof filesOf> | null): Promise<Round> => {
    await send('PUT', '/v2/governance/policies', { files })
    const round = {
      health: await drive(HEALTH, ONE),
      general: await drive(general, ONE),
      about: await drive(about, ONE),
      many: await drive(general, MANY),
      batched: await drive(batch, BATCHES),
    }
    for (const { bodies } of [round.general, round.about, round.many]) requirePermit(bodies[0])
    requireAllPermit(round.batched.bodies[0])
    return round
  }
  const files = filesOf(POLICIES)
  const turns = await inTurns(
    options.rounds,
    () => measure(null),
    () => measure(files),
  )
  const spread = (side: 0 | 1, what: keyof Round) =>
    medianOf(turns.map((turn) => quantilesOf([...turn[side][what].times])))
  const p50 = (what: keyof Round) => (round: Round) => quantilesOf([...round[what].times]).p50
  report.times('/health/live, 1 client', spread(0, 'health'))
  for (const [side, name] of [
    [0, 'built-in policies'],
    [1, `${POLICIES} more`],
  ] as const) {
    report.times(`AuthZEN, ${name}, 1 client`, spread(side, 'general'), 'accessHttp')
    report.times(`AuthZEN about a capsule, ${name}, 1 client`, spread(side, 'about'), 'accessHttp')
    const rates = turns.map((turn) => MANY.total / turn[side].many.seconds)
    report.rate(`AuthZEN, ${name}, ${MANY.clients} clients`, rates, 'decisions', spread(side, 'many'), 'accessHttpMany')
    const batched = turns.map((turn) => (BATCHES.total * BATCH) / turn[side].batched.seconds)
    report.rate(
      `AuthZEN, ${BATCH} at once, ${name}, ${BATCHES.clients} clients`,
      batched,
      'decisions',
      spread(side, 'batched'),
      'accessBatched',
    )
  }
  report.value(`AuthZEN, ${POLICIES} more by built-in`, ratioOf(turns, p50('general')), '×', 'accessFlat')
  report.value(`AuthZEN about a capsule, ${POLICIES} more by built-in`, ratioOf(turns, p50('about')), '×', 'accessFlat')
  const overHealth = turns.map(([round]) => p50('general')(round) / p50('health')(round))
  report.value('AuthZEN by /health/live, built-in policies', overHealth, '×')
  return spread(0, 'general').p50
}

/** @throws Error when it was refused: that is another decision than the one that is measured. */
function requirePermit(body: string | undefined): void {
  const { decision } = JSON.parse(body ?? '{}') as { readonly decision?: boolean } // what AuthZEN answers
  if (decision !== true) throw new Error(`the gate was expected to permit, and answered ${body}`)
}

/** @throws Error when one of them was refused, or there are too few. */
function requireAllPermit(body: string | undefined): void {
  const { evaluations = [] } = JSON.parse(body ?? '{}') as { readonly evaluations?: { readonly decision: boolean }[] } // AuthZEN
  if (evaluations.length !== BATCH || evaluations.some(({ decision }) => !decision))
    throw new Error(`the gate was expected to permit ${BATCH} times, and answered ${body}`)
}

async function sendJson(
  to: { readonly url: string; readonly token: string },
  method: string,
  path: string,
  body: unknown,
) {
  const headers = { authorization: `Bearer ${to.token}`, 'content-type': 'application/json' }
  const response = await fetch(`${to.url}${path}`, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
