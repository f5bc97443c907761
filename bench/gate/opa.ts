import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchContext } from '../bench-context.ts'
import { LoadClient } from '../http/load-client.ts'
import type { PreparedRequest } from '../http/load-job.ts'
import { medianOf, type Quantiles, quantilesOf } from '../measure/quantiles.ts'
import { freePort } from '../stores/free-port.ts'

/** Pinned, so that a number can be repeated; built by Go from its module proxy. */
const OPA = 'github.com/open-policy-agent/opa@v1.9.0'
const GO = 'go'
const BUILD_MS_MAX = 8 * 60 * 1000
const READY_MS_MAX = 30_000
const ASK_EVERY_MS = 50
const RULES = [10, 1000] as const
const CALLS = 2000

/** The server of Open Policy Agent beside AuthZEN. @param p50 of ours with one client and the policies built in, in milliseconds. */
export async function compareOpa({ report, options, folder }: BenchContext, p50: number): Promise<void> {
  const home = join(options.installed ?? folder, 'opa')
  const program = join(home, process.platform === 'win32' ? 'opa.exe' : 'opa')
  if (!existsSync(program)) {
    report.progress(`building ${OPA}`)
    mkdirSync(home, { recursive: true })
    const env = { ...process.env, GOBIN: home }
    const { status } = spawnSync(GO, ['install', OPA], { env, stdio: 'ignore', timeout: BUILD_MS_MAX })
    if (status !== 0) return report.note('OPA', `${OPA} could not be built: it takes Go, and its module proxy`)
  }
  for (const rules of RULES) {
    const rego = join(home, `teams-${rules}.rego`)
    writeFileSync(rego, regoOf(rules))
    const times = await measureServer(program, rego, options.rounds)
    report.times(`OPA, ${rules} rules, 1 client`, times)
    report.value('  by AuthZEN with its built-in policies, p50', times.p50 / p50, '×')
  }
}

/** The rule of each team, the condition on risk, and the tag that the capsule needs: what the policies here say. */
export const regoOf = (rules: number): string => `package gate

default allow := false

${Array.from(
  { length: rules },
  (_, team) => `allow if {
  input.action == "capsule.read"
  "team${team}" in input.subject.roles
  input.risk < ${20 + (team % 60)}
  "shared" in input.resource.tags
}`,
).join('\n\n')}
`

const QUESTION: PreparedRequest = {
  method: 'POST',
  path: '/v1/data/gate/allow',
  body: new TextEncoder().encode(
    JSON.stringify({
      input: {
        action: 'capsule.read',
        subject: { id: 'u1', roles: ['member', 'team1', 'team2'] },
        resource: { id: 'c1', owner: 'o1', tags: ['shared'] },
        risk: 10,
      },
    }),
  ),
  label: 'opa',
}

async function measureServer(program: string, rego: string, rounds: number): Promise<Quantiles> {
  const url = `http://127.0.0.1:${await freePort()}`
  const server = spawn(
    program,
    ['run', '--server', '--addr', url.slice('http://'.length), '--log-level', 'error', rego],
    {
      stdio: 'ignore',
    },
  )
  try {
    await becomeReady(url)
    await using client = new LoadClient('raw')
    const times: Quantiles[] = []
    for (let round = 0; round <= rounds; round++) {
      const job = { url, token: 'none', requests: [QUESTION], clients: 1, total: CALLS, keepBodies: 1 }
      const { times: each, bodies } = await client.run(job)
      if (!bodies[0]?.includes('true')) throw new Error(`OPA was expected to allow, and answered ${bodies[0]}`)
      times.push(quantilesOf([...each]))
    }
    return medianOf(times.slice(1))
  } finally {
    const gone = once(server, 'exit')
    server.kill('SIGTERM')
    await gone
  }
}

/** @throws Error when it does not answer in time. */
async function becomeReady(url: string): Promise<void> {
  const until = performance.now() + READY_MS_MAX
  while (performance.now() < until) {
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      // Nobody listens there yet.
      () => false,
    )
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
  throw new Error(`OPA was expected to answer at ${url} within ${READY_MS_MAX} ms`)
}
