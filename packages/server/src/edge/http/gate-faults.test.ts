import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { Gate, GovernanceGateOptions } from '#governance'
import { asking, byNobody } from '../../domain/governance/testing.ts'
import { openHttpWorld } from './testing.ts'

const fails = (): never => {
  throw new TypeError('it is gone')
}
const gone = (): Promise<never> => Promise.reject(new TypeError('it is gone'))
const sound = { note: () => undefined, weigh: () => ({ risk: 0, signals: [] }) }

type Options = NonNullable<Parameters<typeof openHttpWorld>[0]>
type World = Awaited<ReturnType<typeof openHttpWorld>>

interface Fault {
  readonly name: string
  readonly step: string
  readonly recorded?: Partial<GovernanceGateOptions>
  readonly app?: Options['app']
  readonly breakIt?: (http: World) => void
}

const FAULTS: readonly Fault[] = [
  { name: 'the settings', step: 'emergency', recorded: { settings: fails } },
  { name: 'the kill switch', step: 'emergency', breakIt: ({ governing }) => governing.stopBy(fails) },
  { name: 'what knows of a resource', step: 'identity', app: { findFacts: gone } },
  { name: 'what knows tokens', step: 'identity', app: { authenticate: gone } },
  { name: 'the guardian, when it weighs', step: 'guardian', recorded: { guardian: { ...sound, weigh: fails } } },
  { name: 'the guardian, when it remembers', step: 'guardian', recorded: { guardian: { ...sound, note: fails } } },
  {
    name: 'the policies',
    step: 'constitution',
    breakIt: ({ governing }) => governing.arm({ ...governing.bundle, decider: { decide: fails } }),
  },
]

/** Decisions of a request, however they are put on record. */
async function decisionsOf({
  journal,
  world,
}: World): Promise<{ decision: string; reasons: { step: string; code: string }[] }[]> {
  await journal.settle()
  const { store } = world.context
  const rows = await store.records.list<{
    count: number
    verdict: { word: string; reasons: { step: string; code: string }[] }
  }>('decisions', { limit: 1000 })
  return rows.items.flatMap(({ value }) =>
    Array.from({ length: value.count }, () => ({ decision: value.verdict.word, reasons: value.verdict.reasons })),
  )
}

describe('where something breaks that a decision needs, what was asked is denied, with one record that names the step:', () => {
  test.for(FAULTS)('$name', async ({ step, recorded = {}, app, breakIt }) => {
    await using http = await openHttpWorld({ recorded, ...(app && { app }) })
    breakIt?.(http)
    const head = http.world.context.store.head()
    const answer = await http.server.app.inject({
      method: 'POST',
      url: '/v2/capsules',
      headers: { authorization: `Bearer ${http.token}` },
      payload: { content: 'Backups run at two.', type: 'knowledge' },
    })
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(await decisionsOf(http)).toEqual([
      { decision: 'deny', reasons: expect.arrayContaining([expect.objectContaining({ step, code: 'STEP_FAILED' })]) },
    ])
    const entries = await http.world.context.store.changesSince(head, 100)
    expect(entries.filter(({ leaf }) => leaf.type.startsWith('capsule.'))).toEqual([])
  })

  test('and where no record can be written, nobody goes on', async () => {
    const full = new CascadeError('STORAGE_FULL', 'The disk is full.')
    await using http = await openHttpWorld({ gate: (gate) => settling(gate, () => Promise.reject(full)) })
    const headers = { authorization: `Bearer ${http.memberToken}` }
    const denied = await http.server.app.inject({ method: 'GET', url: '/v2/subjects', headers })
    expect(denied.json()).toMatchObject({ code: 'STORAGE_FULL' })
  })
})

test('a decision that something broke for is decided the same again', async () => {
  await using http = await openHttpWorld({ recorded: { guardian: { ...sound, weigh: fails } } })
  const { administrator: subject } = http.world
  const { decisionId } = http.governing.decide({ action: 'policy.apply', resource: '*', subject, correlationId: 'c' })
  await http.journal.settle()
  const { book } = http.governed.governance
  const row = await book.find(decisionId)
  expect(row?.verdict).toMatchObject({
    effect: 'deny',
    steps: expect.arrayContaining([{ step: 'guardian', result: 'failed' }]),
  })
  expect(row && (await book.replay(row))?.same).toBe(true)
})

test('a denial of what a request turns out to need is durable before anybody is told of it', async () => {
  const settled: string[] = []
  await using http = await openHttpWorld({
    recorded: {},
    gate: (gate) =>
      settling(
        asking(gate, (request) => (request.action === 'subject.create' ? byNobody(request) : request)),
        async (decisionId) => {
          await gate.settled({ decisionId })
          settled.push(decisionId)
        },
      ),
  })
  const body = { content: 'Backups run at two.', type: 'knowledge', owner: 'facilities' }
  const answer = (await http.send('POST', '/v2/capsules', { body })).json()
  expect(answer).toMatchObject({ code: 'FORBIDDEN', reasons: ['NOT_PERMITTED'] })
  expect(settled).toEqual([answer.decision_id])
})

/** The same gate with another way to wait for records. */
const settling = (gate: Gate, settled: (decisionId: string) => Promise<void>): Gate => ({
  ...asking(gate, (request) => request),
  settled: ({ decisionId }) => settled(decisionId),
})
