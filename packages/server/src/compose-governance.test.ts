import { SHARE_RIGHTS } from '@forge-cascade/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GovernanceGate } from '#governance'
import type { Subject, SubjectRole } from '#identity'
import { factsOf } from './compose-governance.ts'
import { rightsOf } from './domain/capsules/access/rights-of.ts'
import type { Share } from './domain/capsules/access/share.ts'
import { openWorld, type World } from './domain/capsules/use-cases/testing.ts'
import { campaign, recordOf } from './platform/store/testing.ts'

/** Roles by which a policy lets read; an auditor reads what happened and no capsules. */
const READING: ReadonlySet<SubjectRole> = new Set<SubjectRole>(['administrator', 'steward', 'member'])

const NAMES = ['ada', 'bob', 'carol', 'ada-agent'] as const
const LANES = ['north', 'south'] as const

const anyWorld = fc.record({
  roles: fc.array(fc.subarray<SubjectRole>(['administrator', 'steward', 'auditor', 'member']), {
    minLength: 4,
    maxLength: 4,
  }),
  trusts: fc.array(fc.constantFrom(0, 39, 40, 60, 100), { minLength: 4, maxLength: 4 }),
  capsules: fc.array(
    fc.record({
      owner: fc.constantFrom(...NAMES),
      licence: fc.constantFrom('private', 'public', 'for-sale'),
      lane: fc.option(fc.constantFrom(...LANES), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  shares: fc.array(
    fc.record({
      with: fc.constantFrom(...NAMES),
      right: fc.constantFrom(...SHARE_RIGHTS),
      capsule: fc.option(fc.nat({ max: 4 })),
      lane: fc.constantFrom(...LANES),
      owner: fc.option(fc.constantFrom(...NAMES)),
    }),
    { maxLength: 5 },
  ),
  accepted: fc.array(fc.record({ by: fc.constantFrom(...NAMES), capsule: fc.nat({ max: 4 }) }), { maxLength: 3 }),
})

describe('the policies that come with the program', () => {
  test('let read exactly what the indexes find, for every role, owner, licence, share and acceptance', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld, async (drawn) => {
        const world = await openWorld()
        const { context } = world
        const subjects = await register(world, drawn.roles, drawn.trusts)
        const idOf = (name: string): string => subjects.get(name)?.id ?? ''
        const ids: string[] = []
        for (const { owner, licence, lane } of drawn.capsules) {
          const terms = licence === 'for-sale' ? { licence_terms: 'Pay.' } : {}
          const fields = { owner: idOf(owner), licence, ...terms, ...(lane !== undefined && { lane }) } as const
          ids.push((await world.add({ content: `Capsule ${ids.length}.`, ...fields })).id)
        }
        const rows: [string, string, unknown][] = drawn.shares.map((one, at) => [
          'shares',
          String(at),
          {
            ...{
              id: String(at),
              with: idOf(one.with),
              right: one.right,
              grantedBy: world.administrator.id,
              grantedAt: 0,
            },
            ...{ until: null, namespaceBy: null, digestKey: '', kind: one.capsule === null ? 'namespace' : 'capsule' },
            capsule: one.capsule === null ? null : (ids[one.capsule % ids.length] ?? null),
            namespace:
              one.capsule === null ? { lane: one.lane, ...(one.owner !== null && { owner: idOf(one.owner) }) } : null,
          } satisfies Share,
        ])
        for (const { by, capsule } of drawn.accepted) {
          const id = ids[capsule % ids.length] ?? ''
          const row = { capsule: id, subject: idOf(by), version: '1.0.0', termsDigest: '', at: 0 }
          rows.push(['acceptances', `${id}:${idOf(by)}`, row])
        }
        await put(world, rows)
        const gate = new GovernanceGate({ clock: context.clock, newId: context.newId })
        const findFacts = factsOf(context, { factsOf: async () => 'absent' })
        for (const subject of subjects.values()) {
          const rights = await rightsOf(context, subject)
          for (const capsule of await context.store.capsules.getFacts(ids)) {
            const resource = `capsule/${capsule.id}`
            const facts = await findFacts(resource, subject)
            if (facts === undefined || facts === 'absent') throw new Error('it is there')
            const asked = { action: 'capsule.read', resource, subject, correlationId: '', facts } as const
            const { effect, reasons } = gate.preview(asked).verdict
            const isReader = subject.trust >= 40 && subject.roles.some((role) => READING.has(role))
            const told = [subject.name, subject.roles, capsule.licence, reasons]
            expect([...told, effect === 'allow']).toEqual([...told, isReader && rights.mayRead(capsule)])
          }
        }
      }),
      { numRuns: campaign(60, 1000) },
    )
  })
})

async function register(
  { call, context }: World,
  roles: readonly (readonly SubjectRole[])[],
  trusts: readonly number[],
): Promise<ReadonlyMap<string, Subject>> {
  const made = new Map<string, Subject>()
  for (const [at, name] of NAMES.entries()) {
    const isAgent = name.endsWith('agent')
    const { subject } = await context.subjects.register(call('subject.create'), {
      ...{ kind: isAgent ? 'agent' : 'person', name, trust: 60, roles: ['member'] },
      ...(isAgent && { owner: 'ada' }),
    })
    // As it may come to stand: who registers gives nobody any of these.
    made.set(name, { ...subject, roles: roles[at] ?? [], trust: trusts[at] ?? 60 })
  }
  return made
}

async function put({ call, context: { store } }: World, rows: readonly [string, string, unknown][]): Promise<void> {
  if (rows.length === 0) return
  const { grant, command } = call('capsule.share')
  const changes = rows.map(([collection, key, value]) => store.records.put(grant, collection, key, value))
  const [outcome] = await store.append([{ ...command, grant, changes, records: [recordOf(grant)], events: [] }])
  if (!outcome?.ok) throw outcome?.error
}
