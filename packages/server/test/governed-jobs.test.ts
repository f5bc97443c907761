import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditRow, DecisionRecord } from '@forge-cascade/contract'
import { ACTION_TRAITS, ACTIONS, type Action } from '@forge-cascade/contract/vocabulary'
import { afterAll, describe, expect, test } from 'vitest'
import { createEd25519Signer, formatVerifierKey } from '#ledger'
import { newEd25519 } from '../src/platform/ledger/note/testing.ts'
import { HttpCaller } from './http-caller.ts'
import { ServerProcess } from './server-process.ts'

const SOURCES = join(import.meta.dirname, '../src')
const read = (path: string): string => readFileSync(join(SOURCES, path), 'utf8')
const FILES = globSync('**/*.ts', { cwd: SOURCES }).filter((path) => !/\.(test|contract)\.ts$|testing/.test(path))

/** How something begins by itself that nobody asked for: a timer that comes again, or a look after the start. */
const BEGINS = /new Looks\(|\bopenSweep\(|\bsetInterval\(|\bsystem(Every|Later)\b/

interface Job {
  readonly asks: Action
  /** Where the gate is asked; the job itself where left out. */
  readonly where?: string
}

/** Everything that acts by itself, and what it asks the gate for. */
const JOBS: Readonly<Record<string, Job>> = {
  'edge/jobs/maintenance.ts': { asks: 'system.maintain' },
  'edge/jobs/re-embedding.ts': { asks: 'system.maintain', where: 'compose-embedding.ts' },
  'edge/jobs/ledger-check.ts': { asks: 'system.maintain', where: 'compose-ledger.ts' },
  'edge/jobs/log-keys.ts': { asks: 'ledger.sign', where: 'compose-ledger.ts' },
  'edge/jobs/cosigning.ts': { asks: 'ledger.submit', where: 'compose-witness.ts' },
  'edge/jobs/retention.ts': { asks: 'capsule.offload', where: 'compose-archive.ts' },
  'edge/jobs/unfinished-erasures.ts': { asks: 'capsule.erase', where: 'compose.ts' },
  'edge/jobs/routing-watch.ts': { asks: 'routing.apply', where: 'compose-routing.ts' },
  'edge/jobs/event-mesh.ts': { asks: 'mesh.deliver', where: 'compose-mesh.ts' },
  'edge/jobs/emergency-watch.ts': { asks: 'emergency.raise', where: 'compose-emergency.ts' },
}

/** Everything else that begins by itself, and why it asks for nothing. */
const OTHERS: Readonly<Record<string, string>> = {
  'edge/jobs/looks.ts': 'the timer of the jobs',
  'edge/jobs/sweep.ts': 'the timer of the jobs',
  'edge/jobs/every.ts': 'the timer of the jobs',
  'edge/jobs/store-check.ts': 'reads',
  'edge/jobs/drift-watch.ts': 'reads',
  'edge/jobs/approval-sweep.ts':
    'has each request decided anew by the door through which all come (edge/http/perform.ts)',
  'edge/jobs/proposal-sweep.ts':
    'has each step decided where it is taken (governance/proposals/proposal-journal.ts, proposal-execution.ts)',
  'edge/jobs/council-sweep.ts': 'has each comment decided where it is written (governance/council/council-sessions.ts)',
  'edge/jobs/outcome-sweep.ts': 'tells what nobody knows of what was decided before, under those decisions',
  'platform/ledger/checkpointer.ts': 'signs what is on record, decisions among it',
  'adapters/sqlite/shipping/shipper.ts': 'copies what is durable to where the configuration says',
  'platform/observability/loop-lag.ts': 'measures',
  'adapters/documents/worker-document-converter.ts': 'ends what takes too long',
}

/** Where the instance may say that what it does is its own work, which no policy refuses. */
const OWN_WORK = [
  ...['compose-embedding.ts', 'compose-emergency.ts', 'compose-governance.ts', 'compose-identity.ts'],
  ...['compose-keeping.ts', 'compose-ledger.ts', 'compose-routing.ts'],
  'domain/governance/proposals/proposal-journal.ts',
  ...['edge/jobs/open-log.ts', 'edge/jobs/open-witness.ts', 'edge/jobs/tell-restore.ts'],
]

describe('whatever acts by itself', () => {
  test('is in the table of those that ask the gate, or says why it asks for nothing', () => {
    const found = FILES.filter((path) => BEGINS.test(read(path)))
    expect(found.toSorted()).toEqual([...Object.keys(JOBS), ...Object.keys(OTHERS)].toSorted())
  })

  test.for(Object.entries(JOBS))('%s asks the gate before, where no transaction undoes it durably', ([path, job]) => {
    const asking = read(job.where ?? path)
    expect(read(path)).toMatch(/readonly (grant|gate|carryOut): /)
    expect(asking).toContain(`'${job.asks}'`)
    expect(asking).toMatch(/(gate|key\.GATE\))\.(decide|standing|retried)\(|ownGrant\(/)
    if (ACTION_TRAITS[job.asks].reach === 'acts') expect(asking).toMatch(/gate\.(settled|carryOut)\(/)
  })

  test.for(Object.keys(OTHERS))('%s, which asks for nothing, writes nothing that takes a grant', (path) => {
    expect(read(path)).not.toMatch(/\.append\(|\bGrant\b/)
  })

  test('is its own work in the places that are named, and never in a door to the outside', () => {
    const marked = FILES.filter((path) => /\bownWork: true\b/.test(read(path)))
    const gate = ['decision-input.ts', 'governance-gate.ts'].map((name) => `domain/governance/${name}`)
    expect(marked.filter((path) => !gate.includes(path)).toSorted()).toEqual(OWN_WORK.toSorted())
  })
})

const root = mkdtempSync(join(tmpdir(), 'cascade-governed-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A witness that counts what is submitted to it. */
async function openCountingWitness() {
  const submitted: string[] = []
  const server = createServer((request, response) => {
    if (request.method === 'POST') submitted.push(request.url ?? '')
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo
  return {
    submitted,
    text: `${formatVerifierKey(createEd25519Signer('witness.test', newEd25519()).key)} http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('an instance whose policies forbid everything does nothing by itself, and says so', {
  timeout: 60_000,
}, async () => {
  using witness = await openCountingWitness()
  const env = { CASCADE_LEDGER_WITNESSES: witness.text, CASCADE_LEDGER_SUBMIT_EVERY_S: '1' }
  const dataDir = join(root, 'forbidden')
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  for (const content of ['Backups run at two at night.', 'Backups run at two in the night.'])
    expect((await caller.call('POST', '/v2/capsules', { type: 'knowledge', content, dedupe: 'none' })).status).toBe(201)
  const kept = ['policy.apply', 'ledger.read', 'governance.read', 'emergency.read', 'emergency.raise', 'emergency.lift']
  const actions = Object.keys(ACTIONS).filter((action) => !kept.includes(action))
  const text = `@id("own.all") permit(principal, action, resource);
@id("own.no") forbid(principal, action in [${actions.map((name) => `Action::"${name}"`)}], resource);`
  const applied = await caller.call('PUT', '/v2/governance/policies', { files: [{ path: 'own.cedar', text }] })
  expect(applied.status).toBe(200)
  expect(await server.stop()).toBe(0)

  await using again = new ServerProcess({ dataDir, env })
  using second = new HttpCaller(await again.ready())
  await expect
    .poll(() => again.log.match(/ledger\.submit[^\n]*was refused/g)?.length ?? 0, { timeout: 30_000 })
    .toBeGreaterThan(2)
  await expect.poll(() => again.log, { timeout: 30_000 }).toMatch(/system\.maintain[^\n]*was refused/)
  expect(witness.submitted).toEqual([])
  const { body } = await second.call<{ readonly items: readonly AuditRow[] }>('GET', '/v2/system/audit-log?limit=50')
  const types = body.items.map(({ operation }) => operation)
  expect(types).toContain('policy.applied')
  const since = types.slice(0, types.indexOf('policy.applied'))
  expect(since.filter((type) => !type.startsWith('decision.'))).toEqual([])
  // The witness is tried each second; that it is refused is on record once.
  const decisions = await second.call<{ readonly items: readonly DecisionRecord[] }>('GET', '/v2/governance/decisions')
  const submissions = decisions.body.items.filter(({ action }) => action === 'ledger.submit')
  expect(submissions).toHaveLength(1)
  expect(await again.stop()).toBe(0)
})
