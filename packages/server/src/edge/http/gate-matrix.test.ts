import { ROUTES } from '@forge-cascade/contract'
import { ACTION_TRAITS, type Action, GATE_MODES, type GateMode, RISK_WEIGHTS } from '@forge-cascade/contract/vocabulary'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { ACTION_GROUPS, GATE_DEFAULTS, type GovernanceGateOptions, Guardian } from '#governance'
import type { Command } from '#store'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const GOVERNED = ROUTES.flatMap((route) =>
  'action' in route.access ? [{ ...route, action: route.access.action }] : [],
)
const OTHER = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const RATE = { requests_per_minute: 0, burst: 1 }

/** What no mode lets an agent without roles do: the constitution says so. */
const FIXED: ReadonlySet<Action> = new Set<Action>([...ACTION_GROUPS.keep, ...ACTION_GROUPS.govern])

const address = (path: string, id: string) =>
  path
    .replace('/v2/capsules/{id}', `/v2/capsules/${id}`)
    .replaceAll(/\{(id|token|to|share)\}/g, OTHER)
    .replaceAll('{version}', '1.0.0')
    .replaceAll('{index}', '0')
    .replaceAll('{digest}', '0'.repeat(64))
    .replaceAll('{kind}', 'RELATED_TO')

async function open(mode: GateMode, recorded: Partial<GovernanceGateOptions> = {}) {
  const settings = () => ({ ...GATE_DEFAULTS, mode, riskHold: 101, riskDeny: 101 })
  let now = 0
  const clock = () => {
    now += 60_000
    return now
  }
  return openHttpWorld({ rate: RATE, app: { clock }, recorded: { settings, ...recorded } })
}

interface Made {
  readonly action: string
  readonly decision: string
  readonly resource: string
  readonly reasons: readonly { readonly code: string }[]
}

/** The decision that a refusal names. */
const refusedBy = ({ statusCode, body }: Awaited<ReturnType<HttpWorld['send']>>): unknown =>
  statusCode >= 400 ? JSON.parse(body).decision_id : undefined

/** What the log tells of decisions from an entry on. */
async function decisionsAfter({ world, journal }: HttpWorld, sequence: number): Promise<readonly Made[]> {
  await journal.settle()
  const entries = await world.context.store.changesSince(sequence, 1000)
  return entries.flatMap(({ leaf }) => {
    // The payload of these two is what the journal wrote.
    const payload = leaf.payload as unknown
    if (leaf.type === 'decision.made') return [{ ...(payload as Made) }]
    if (leaf.type !== 'decision.gathered') return []
    const { decisions } = payload as { readonly decisions: readonly (Made & { readonly count: number })[] }
    return decisions.flatMap((one) => Array<Made>(one.count).fill(one))
  })
}

describe.for(GATE_MODES)('in the mode %s every governed route', (mode) => {
  test.for([false, true])('with an emergency on: %s', { timeout: 60_000 }, async (isOn) => {
    const http = await open(mode)
    const { id } = await http.world.add({ content: 'What it is about.' })
    if (isOn) {
      await http.emergency.raise(http.world.call('emergency.raise'), 'out of hand')
      http.emergency.enforce()
    }
    const answers = [
      { who: 'nobody', authorization: undefined },
      { who: 'a subject without roles', authorization: `Bearer ${http.memberToken}` },
      { who: 'the administrator', authorization: `Bearer ${http.token}` },
    ] as const
    for (const { method, path, action, id: operation } of GOVERNED) {
      for (const { who, authorization } of answers) {
        const head = http.world.context.store.head()
        const response = await http.send(method, address(path, id), { headers: { authorization } })
        const made = await decisionsAfter(http, head)
        const stands = isOn && ACTION_TRAITS[action].inEmergency !== true
        const isFixed = who === 'a subject without roles' && FIXED.has(action)
        // None waits: what is not there is told so to everybody who may look.
        const isAbsent = /^\/v2\/governance\/(?:approvals|decisions)\/\{id\}/.test(path)
        const isDenied =
          stands || isAbsent || isFixed || (who === 'a subject without roles' && mode === 'enforce') || who === 'nobody'
        const told = [operation, who, response.statusCode, response.body.slice(0, 200)]
        expect([...told, made.map((one) => one.action)]).toEqual([...told, [action]])
        const [decision] = made
        if (isDenied) expect([...told, decision?.decision]).toEqual([...told, 'deny'])
        else
          expect([...told, decision?.decision]).toEqual([...told, who === 'the administrator' ? 'allow' : 'would_deny'])
        const isHidden = isAbsent || path.startsWith('/v2/capsules/{id}')
        const expected =
          who === 'nobody' ? [401] : stands ? [503] : isDenied ? (isHidden ? [403, 404] : [403]) : undefined
        if (expected) expect(expected, told.join(' ')).toContain(response.statusCode)
        else expect([...told, refusedBy(response)]).toEqual([...told, undefined])
      }
    }
    await http[Symbol.asyncDispose]()
  })
})

test('a capsule that is made twice is told of once, and each asking is on record', async () => {
  const http = await open('enforce')
  const body = { content: 'The same words.', type: 'knowledge' }
  const head = http.world.context.store.head()
  const answers = [await http.send('POST', '/v2/capsules', { body }), await http.send('POST', '/v2/capsules', { body })]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 200])
  expect((await decisionsAfter(http, head)).map(({ action, decision }) => [action, decision])).toEqual([
    ['capsule.create', 'allow'],
    ['capsule.create', 'allow'],
  ])
  await http[Symbol.asyncDispose]()
})

describe('where a part of the gate breaks nothing is done', () => {
  const broken = (): never => {
    throw new Error('it is gone')
  }
  const guardian = new Guardian({ clock: () => 0, weights: broken })

  test.for<{ name: string; recorded: Partial<GovernanceGateOptions>; status: number }>([
    {
      name: 'the clock',
      recorded: { clock: broken, guardian: new Guardian({ clock: () => 0, weights: () => RISK_WEIGHTS }) },
      status: 403,
    },
    { name: 'the guardian', recorded: { guardian }, status: 404 },
    { name: 'the settings', recorded: { settings: broken }, status: 404 },
  ])('$name', async ({ recorded, status }) => {
    const http = await open('enforce', recorded)
    const { id } = await http.world.add({ content: 'What it is about.' })
    const head = http.world.context.store.head()
    // What cannot be decided may not be read, and is as what is not there.
    for (const [method, path, body, expected] of [
      ['POST', '/v2/capsules', { content: 'New.', type: 'knowledge' }, 403],
      ['GET', `/v2/capsules/${id}`, undefined, status],
      ['GET', `/v2/capsules/${OTHER}`, undefined, status],
    ] as const) {
      const response = await http.send(method, path, body ? { body } : {})
      expect([response.statusCode, response.body.includes('it is gone')]).toEqual([expected, false])
    }
    const entries = await http.world.context.store.changesSince(head, 10)
    expect(entries.filter(({ leaf }) => !leaf.type.startsWith('decision.'))).toEqual([])
    await http[Symbol.asyncDispose]()
  })

  test('what is known of a capsule', async () => {
    const http = await openHttpWorld({ recorded: {}, app: { findFacts: async () => broken() } })
    const response = await http.send('GET', `/v2/capsules/${OTHER}`)
    expect([response.statusCode, response.body.includes('it is gone')]).toEqual([500, false])
    await http[Symbol.asyncDispose]()
  })

  test('the store, for a denial and for what acts outside', async () => {
    const http = await open('enforce')
    const { store } = http.world.context
    const full = new CascadeError('STORAGE_FULL', 'The disk is full.')
    const asFull = async (commands: readonly Command[]) => commands.map(() => ({ ok: false as const, error: full }))
    Object.assign(store, { append: asFull })
    const denied = await http.send('GET', '/v2/ledger/checkpoint', {
      headers: { authorization: `Bearer ${http.memberToken}` },
    })
    const acting = await http.send('POST', '/v2/system/backup', { body: {} })
    expect([denied.json().code, acting.json().code]).toEqual(['STORAGE_FULL', 'STORAGE_FULL'])
    // The store's own again.
    Reflect.deleteProperty(store, 'append')
    await http[Symbol.asyncDispose]()
  })
})

test('in the mode warn whoever asks is told what would have been refused, and in no other', async () => {
  const told = async (mode: (typeof GATE_MODES)[number]) => {
    const http = await open(mode)
    const headers = { authorization: `Bearer ${http.memberToken}` }
    const { headers: answered } = await http.send('GET', '/v2/imports', { headers })
    await http[Symbol.asyncDispose]()
    return answered['cascade-gate-warning']
  }
  expect(await told('warn')).toMatch(/^NOT_PERMITTED; decision=[0-9a-f-]{36}$/)
  expect([await told('audit'), await told('enforce')]).toEqual([undefined, undefined])
})
