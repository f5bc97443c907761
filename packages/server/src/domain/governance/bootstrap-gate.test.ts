import { ACTIONS, type Action } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import type { Subject } from '#identity'
import { createBootstrapGate, requireGrant } from './bootstrap-gate.ts'
import type { GateRequest } from './gate.ts'

const ADMINISTRATOR: Subject = {
  id: '01900000-0000-7000-8000-000000000001',
  kind: 'person',
  name: 'administrator',
  roles: ['administrator'],
  trust: 100,
  owner: null,
  active: true,
  createdAt: 0,
}
const actions = Object.keys(ACTIONS) as Action[] // the keys of the catalogue are its actions

function openGate() {
  let count = 0
  return createBootstrapGate({ clock: () => 1234, newId: () => `decision-${++count}` })
}

const ask = (fields: Partial<GateRequest> = {}): GateRequest => ({
  action: 'capsule.archive',
  resource: 'capsule/1',
  subject: ADMINISTRATOR,
  correlationId: 'correlation-1',
  ...fields,
})

describe('the bootstrap gate', () => {
  test.for([
    { name: 'a member', fields: { roles: ['member'] } },
    { name: 'someone without a role', fields: { roles: [] } },
    { name: 'a member of full trust who is called administrator', fields: { roles: ['member'], trust: 100 } },
    { name: 'a service', fields: { kind: 'service', roles: ['member'] } },
  ] as const)('denies $name every action, and gives no grant', ({ fields }) => {
    const gate = openGate()
    for (const action of actions) {
      const decision = gate.decide(ask({ action, subject: { ...ADMINISTRATOR, ...fields } }))
      expect(decision).toMatchObject({ effect: 'deny', action, reasons: [{ step: 'identity', code: 'ROLE_MISSING' }] })
      expect('grant' in decision).toBe(false)
    }
  })

  test('allows the administrator every action with a grant that says what was asked, and no more', () => {
    const gate = openGate()
    for (const action of actions) {
      const decision = gate.decide(ask({ action }))
      if (decision.effect !== 'allow') throw new Error(`${action} was denied`)
      expect(decision.grant).toEqual({
        decisionId: decision.decisionId,
        action,
        resource: 'capsule/1',
        subject: ADMINISTRATOR.id,
        correlationId: 'correlation-1',
        reach: 'command',
      })
    }
  })

  test('gives each decision an id of its own and its time', () => {
    const gate = openGate()
    const decisions = [gate.decide(ask()), gate.decide(ask())]
    expect(decisions.map(({ decisionId }) => decisionId)).toEqual(['decision-1', 'decision-2'])
    expect(decisions.map(({ decidedAt }) => decidedAt)).toEqual([1234, 1234])
  })

  test('lets a grant reach over lines only when that was asked', () => {
    const grant = requireGrant(openGate().decide(ask({ reach: 'lines' })))
    expect(grant.reach).toBe('lines')
  })

  test('makes grants that nobody can widen afterwards', () => {
    const grant = requireGrant(openGate().decide(ask()))
    expect(Object.isFrozen(grant)).toBe(true)
    expect(() => Object.assign(grant, { action: 'system.maintain' })).toThrowError(TypeError)
  })

  test.for([
    { name: 'the clock', broken: { clock: () => fail(), newId: () => 'd' } },
    { name: 'the source of ids', broken: { clock: () => 0, newId: () => fail() } },
  ])('gives no grant when $name breaks', ({ broken }) => {
    expect(() => createBootstrapGate(broken).decide(ask())).toThrowError('broken')
  })
})

function fail(): never {
  throw new Error('broken')
}

test('a grant that is required and was refused is FORBIDDEN, with the reason and the decision', () => {
  const subject: Subject = { ...ADMINISTRATOR, name: 'ada', roles: ['member'] }
  const decision = openGate().decide(ask({ subject }))
  const refused = (() => {
    try {
      return requireGrant(decision)
    } catch (error) {
      return error
    }
  })()
  expect(isCascadeError(refused) && [refused.code, refused.detail, refused.extensions]).toEqual([
    'FORBIDDEN',
    'capsule.archive on capsule/1 was refused: ada is no administrator.',
    { decision_id: 'decision-1' },
  ])
})
