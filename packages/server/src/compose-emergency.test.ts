import { describe, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import { GovernanceGate } from '#governance'
import { AccessTokens, type Scopes, type SubjectRole } from '#identity'
import { listLifters } from './compose-emergency.ts'
import { openWorld } from './domain/capsules/use-cases/testing.ts'
import { armText } from './domain/governance/testing/draw-inputs.ts'

interface Person {
  readonly name: string
  readonly role?: SubjectRole
  readonly trust?: number
  /** Of its token; none where left out. */
  readonly scopes?: Scopes
}

const PEOPLE: readonly Person[] = [
  { name: 'steward of the trust that people begin with', trust: 60, scopes: null },
  { name: 'steward of little trust', trust: 40, scopes: ['emergency.*'] },
  { name: 'steward whose token is for reading', scopes: ['capsule.read', 'emergency.read'] },
  { name: 'steward without a token' },
  { name: 'steward in quarantine', trust: 0, scopes: null },
  { name: 'member', role: 'member', scopes: null },
]

const everything = '@id("own.all") permit(principal, action, resource);\n'

describe('who could lift an emergency', () => {
  test.for([
    {
      name: 'is a person whom the gate would let with a token that it has',
      own: undefined,
      found: ['administrator', 'steward of the trust that people begin with', 'steward of little trust'],
    },
    {
      name: 'is nobody whom a policy refuses',
      own: `${everything}@id("own.no") forbid(principal, action == Action::"emergency.lift", resource) when { principal.trust < 60 };`,
      found: ['administrator', 'steward of the trust that people begin with'],
    },
    {
      name: 'is nobody who would wait for an approval',
      own: `${everything}@id("own.no") @curable("approval") forbid(principal, action == Action::"emergency.lift", resource)
unless { context.approved || principal.trust == 60 };`,
      found: ['steward of the trust that people begin with'],
    },
  ])('$name', async ({ own, found }) => {
    const { context, administrator, call } = await openWorld()
    const { store, subjects, clock, newId } = context
    const tokens = new AccessTokens({ store, subjects, clock, newId, random: systemRandom })
    const gate = new GovernanceGate({ clock, newId: createUuidV7(clock, systemRandom) })
    if (own !== undefined) gate.arm(await armText(own))
    for (const { name, role = 'steward', trust = 80, scopes } of PEOPLE) {
      await subjects.register(call('subject.create'), { kind: 'person', name, roles: [role], trust })
      if (scopes !== undefined)
        await tokens.create({ ...call('token.create'), held: null }, { subject: name, name: 't', scopes, days: 1 })
    }
    gate.stopBy(() => true)
    const lifters = await listLifters(administrator, { subjects, tokens, gate })
    expect(lifters.map(({ name }) => name)).toEqual(found)
  })
})
