import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildOpenApi, ROUTES } from '@forge-cascade/contract'
import { GATE_MODES } from '@forge-cascade/contract/vocabulary'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { GATE_DEFAULTS } from '#governance'
import { decideFrom } from '../../domain/governance/decide-from.ts'
import { anyInput, BUILT_IN } from '../../domain/governance/testing/draw-inputs.ts'
import { decisionLines } from '../cli/render/decision-lines.ts'
import { PLAIN_VIEW } from '../cli/testing.ts'
import { presentDecision } from './present/decision.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const FILE = join(import.meta.dirname, '../../../../../conformance/decisions/v1/decision.schema.json')
const published = JSON.parse(readFileSync(FILE, 'utf8'))
/** The file itself, and not what it was made from. */
const schema = z.fromJSONSchema(published)
const faultsOf = (value: unknown) => schema.safeParse(value).error?.issues ?? []

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {} })
  for (const [name, role] of [
    ['ada', 'member'],
    ['grace', 'administrator'],
  ] as const) {
    const registered = { kind: 'person', name, trust: 60, roles: [role] }
    expect((await http.send('POST', '/v2/subjects', { body: registered })).statusCode).toBe(201)
  }
})
afterAll(() => http[Symbol.asyncDispose]())

const member = () => ({ authorization: `Bearer ${http.memberToken}` })
const preview = (body: object) => http.send('POST', '/v2/governance/decisions:preview', { body })

/** A decision of each word that is on record. */
async function listed(): Promise<readonly Record<string, unknown>[]> {
  await http.journal.settle()
  const answer = await http.send('GET', '/v2/governance/decisions?limit=100')
  expect(answer.statusCode).toBe(200)
  return answer.json().items
}

describe('the published schema of a decision', () => {
  test('is what the description of the API says of it', () => {
    const { $schema: _schema, title: _title, description: _description, ...own } = published
    expect(buildOpenApi(ROUTES, { version: '0.1.0' }).components?.schemas?.Decision).toEqual(own)
  })

  test.for(GATE_MODES)(
    'is that of previews in the mode %s, of what is allowed, denied, held and let pass',
    async (mode) => {
      http.governed.settings = { ...GATE_DEFAULTS, mode }
      const words = new Set<unknown>()
      for (const body of [
        { action: 'capsule.read' },
        { action: 'policy.apply', subject: 'ada' },
        { action: 'capsule.erase', subject: 'grace' },
        { action: 'capsule.erase', resource: 'capsule/01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10' },
        { action: 'capsule.create', context: { emergency: true } },
        { action: 'capsule.create', context: { approved: true } },
      ]) {
        const answer = await preview(body)
        expect([answer.statusCode, answer.json().decision_id, faultsOf(answer.json())]).toEqual([200, null, []])
        words.add(answer.json().decision)
      }
      http.governed.settings = GATE_DEFAULTS
      expect(words).toEqual(
        new Set(mode === 'enforce' ? ['allow', 'deny', 'require_approval'] : ['allow', 'deny', 'would_deny']),
      )
    },
  )

  test.for(GATE_MODES)('is that of decisions on record in the mode %s, alone, in lists and explained', async (mode) => {
    http.governed.settings = { ...GATE_DEFAULTS, mode }
    await http.send('POST', '/v2/capsules', { body: { content: `Made in ${mode}.`, type: 'knowledge' } })
    await http.send('POST', '/v2/system/backup', { body: {}, headers: member() })
    await http.send('GET', '/v2/capsules', { headers: { authorization: undefined } })
    http.governed.settings = GATE_DEFAULTS
    const items = await listed()
    expect(items.length).toBeGreaterThan(1)
    for (const item of items) {
      expect(faultsOf(item)).toEqual([])
      const explained = await http.send('GET', `/v2/governance/decisions/${item.decision_id}`)
      expect([explained.statusCode, faultsOf(explained.json())]).toEqual([200, []])
      expect(explained.json()).toMatchObject({ decision_id: item.decision_id, decision: item.decision })
    }
  })

  test('is that of whatever may be decided, and what reads by it alone is told to people', () => {
    const names = new Map<string, string>()
    const made = { decisionId: null, decidedAt: 1_800_000_000_000, latencyMs: 0.25, correlationId: 'c-1' }
    const law = fc.property(anyInput, (drawn) => {
      const input = { ...drawn, bundle: BUILT_IN.digest }
      const decision = presentDecision({ ...made, input, verdict: decideFrom(input, BUILT_IN) }, names)
      const read = JSON.parse(JSON.stringify(decision))
      return faultsOf(read).length === 0 && decisionLines(read, PLAIN_VIEW).length > 1
    })
    fc.assert(law, { numRuns: 1000 })
  })

  test('lets a member more pass, and refuses what means something else', async () => {
    const answer = (await preview({ action: 'capsule.read' })).json()
    expect(faultsOf({ ...answer, more: 1 })).toEqual([])
    const { reasons: _reasons, ...without } = answer
    for (const wrong of [
      without,
      { ...answer, schema_version: 'forge.decision/2' },
      { ...answer, decision: 'perhaps' },
      { ...answer, mode: 'off' },
      { ...answer, action: 'capsule.fly' },
      { ...answer, reasons: [{ step: 'policy', code: 'BECAUSE', message: '', policy_id: null }] },
      { ...answer, metrics: { ...answer.metrics, risk: 101 } },
      { ...answer, bundle: 'none' },
    ])
      expect(faultsOf(wrong)).not.toEqual([])
  })
})
