import { expect, test } from 'vitest'
import { type Clock, createUuidV7, systemRandom } from '#base'
import type { Subject } from '#identity'
import { bundleDigest, type PolicyBundle, type PolicyFile, policiesOf } from '#policy'
import { toRecord } from '#store'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { CedarOracle, readPolicies } from '../../adapters/policies/index.ts'
import { createTestClock } from '../../platform/store/testing.ts'
import { BUILT_IN_BUNDLE } from './armed-bundle.ts'
import { GovernanceGate, requireGrant } from './governance-gate.ts'
import { fixedFiles, PolicyDesk } from './policy-desk.ts'
import { POLICY_COLLECTION, PolicyShelf } from './policy-shelf.ts'

const ADA: Subject = {
  ...{ id: '01900000-0000-7000-8000-0000000000a1', kind: 'person', name: 'ada', roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true, createdAt: 0 },
}
const OWN: readonly PolicyFile[] = [
  {
    path: 'own.cedar',
    text: '@id("own.all") permit(principal, action, resource);\n@id("own.no") forbid(principal, action == Action::"capsule.export", resource);\n',
  },
]

const openStore = (clock: Clock) => openMemoryStore({ collections: [POLICY_COLLECTION], clock })

/** A start of the instance: a gate as the program makes it, and the desk over what is kept. */
async function start(store: ReturnType<typeof openStore>, clock: Clock) {
  const opened = openDesk(store, clock)
  await opened.desk.open({ grant: opened.grant })
  return opened
}

function openDesk(store: ReturnType<typeof openStore>, clock: Clock) {
  const newId = createUuidV7(clock, systemRandom)
  const gate = new GovernanceGate({ clock, newId })
  const read: { calls: number } = { calls: 0 }
  const desk = new PolicyDesk({
    ...{ store, gate, clock, founder: ADA },
    read: (files) => {
      read.calls++
      return readPolicies(files)
    },
    fallback: async (bundle: PolicyBundle) => new CedarOracle(policiesOf(bundle), { fixed: bundle.actions }),
  })
  const ask = { action: 'policy.apply', resource: 'governance/policies', subject: ADA, correlationId: 'c' } as const
  const grant = () => requireGrant(gate.decide(ask))
  const decide = (action: 'capsule.export' | 'policy.apply', subject = ADA) =>
    gate.preview({ action, resource: '*', subject, correlationId: 'c' }).verdict.applied
  return { gate, desk, grant, decide, read }
}

test('a restart goes on by the policies that were put in force, without reading them anew', async () => {
  const { clock } = createTestClock()
  const store = openStore(clock)
  const first = await start(store, clock)
  expect(first.decide('capsule.export')).toBe('allow')
  await first.desk.apply({ grant: first.grant(), subject: ADA }, OWN)
  expect(first.decide('capsule.export')).toBe('deny')
  const head = store.head()

  const again = await start(store, clock)
  expect([again.desk.bundle.digest, again.read.calls]).toEqual([first.desk.bundle.digest, 0])
  expect([again.decide('capsule.export'), again.decide('policy.apply')]).toEqual(['deny', 'allow'])
  expect(again.desk.active).toMatchObject({ own: OWN, appliedBy: ADA.id })
  expect(store.head()).toBe(head)
  await again.desk.reset({ grant: again.grant() })
  expect((await start(store, clock)).desk.bundle.digest).toBe(BUILT_IN_BUNDLE.digest)
})

test('policies that were in force once are found, and decide as they did', async () => {
  const { clock } = createTestClock()
  const store = openStore(clock)
  const { desk, grant } = await start(store, clock)
  await desk.apply({ grant: grant(), subject: ADA }, OWN)
  const { digest } = desk.bundle
  await desk.reset({ grant: grant() })
  expect((await desk.find(digest))?.rules.has('own.no')).toBe(true)
  expect((await desk.find(BUILT_IN_BUNDLE.digest))?.digest).toBe(BUILT_IN_BUNDLE.digest)
  expect(await desk.find('0'.repeat(64))).toBeUndefined()
})

test.for([
  { name: 'sound with it are read with it, and told of', own: OWN, opens: true },
  {
    name: 'not sound with it keep the instance from starting by others',
    own: [{ path: 'own.cedar', text: '@id("own.old") permit(principal, action == Action::"was.once", resource);' }],
    opens: false,
  },
])('where the program has another constitution, policies that are $name', async ({ own, opens }) => {
  const { clock } = createTestClock()
  const store = openStore(clock)
  const { desk, grant } = await start(store, clock)
  await desk.apply({ grant: grant(), subject: ADA }, OWN)
  // As a version before wrote it: with a constitution of its own.
  const old = {
    files: [{ path: 'constitution.cedar', text: '' }, ...own],
    bundle: { ...desk.bundle.bundle, digest: 'f'.repeat(64) },
  }
  const active = { ...desk.active, digest: old.bundle.digest, own }
  const held = grant()
  const changes = new PolicyShelf(store.records).put(held, active, old)
  const told = { bundle: active.digest, previous: desk.active.digest, policies: 1 }
  const records = [toRecord(held, 'policy.applied', 'governance/policies', told, {})]
  await store.append([{ id: 'a'.repeat(32), grant: held, changes, records, events: [] }])

  if (!opens) {
    await expect(start(store, clock)).rejects.toMatchObject({ code: 'BOOT_FAILED', detail: /policy apply --built-in/ })
    const mending = openDesk(store, clock)
    expect(await mending.desk.mend({ grant: mending.grant() })).toMatchObject({ digest: active.digest })
    return expect((await start(store, clock)).desk.active).toMatchObject({ digest: BUILT_IN_BUNDLE.digest, own: null })
  }
  const again = await start(store, clock)
  expect(again.read.calls).toBe(1)
  expect(again.desk.bundle.rules.has('const.quarantine')).toBe(true)
  expect(again.decide('policy.apply', { ...ADA, trust: 0 })).toBe('deny')
  expect(again.decide('capsule.export')).toBe('deny')
  return undefined
})

test('policies of which a part is gone keep nobody from going back to those of the program', async () => {
  const { clock } = createTestClock()
  const store = openStore(clock)
  const { desk, grant } = await start(store, clock)
  await desk.apply({ grant: grant(), subject: ADA }, OWN)
  const { digest } = desk.active
  const held = grant()
  const gone = ['own/0000', `${digest}/0000`].map((key) => store.records.delete(held, POLICY_COLLECTION.name, key))
  const told = { bundle: digest, previous: digest, policies: 1 }
  const records = [toRecord(held, 'policy.applied', 'governance/policies', told, {})]
  await store.append([{ id: 'b'.repeat(32), grant: held, changes: gone, records, events: [] }])

  await expect(start(store, clock)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
  const mending = openDesk(store, clock)
  expect(await mending.desk.mend({ grant: mending.grant() })).toMatchObject({ digest, policies: [] })
  expect((await start(store, clock)).desk.bundle.digest).toBe(BUILT_IN_BUNDLE.digest)
})

test.for([
  ['policy.apply', 409],
  ['emergency.raise', 409],
  ['emergency.lift', 409],
  ['capsule.erase', 200],
] as const)('an administrator who keeps the one of the instance from %s is answered %i', async ([action, status]) => {
  const { clock } = createTestClock()
  const { desk, grant } = await start(openStore(clock), clock)
  const bob: Subject = { ...ADA, id: '01900000-0000-7000-8000-0000000000b1', name: 'bob' }
  const text = `@id("own.all") permit(principal, action, resource);
@id("own.no") forbid(principal, action == Action::"${action}", resource) unless { principal == Subject::"${bob.id}" };`
  const applied = desk.apply({ grant: grant(), subject: bob }, [{ path: 'own.cedar', text }])
  if (status === 200) return expect((await applied).bundle).toBeDefined()
  return expect(applied).rejects.toMatchObject({ code: 'CONFLICT', detail: /^Under these policies ada could not/ })
})

test.for([
  ['forbid(principal, action, resource) when { context.risk > 75 }', / could not .+ at a risk of 76, /],
  ['forbid(principal, action == Action::"emergency.raise", resource) when { context.risk == 100 }', / risk of 100, /],
  ['forbid(principal, action, resource) when { context.risk == 42 }', / at a risk of 42, /],
  ['forbid(principal, action == Action::"policy.apply", resource) when { context.approved }', / once it is approved, /],
  ['forbid(principal, action == Action::"capsule.erase", resource) when { context.risk > 75 }', undefined],
] as const)('policies that lock everybody out at another moment are not put in force: %s', async ([rule, refusal]) => {
  const { clock } = createTestClock()
  const { desk, grant } = await start(openStore(clock), clock)
  const text = `@id("own.all") permit(principal, action, resource);\n@id("own.no") ${rule};`
  const applied = desk.apply({ grant: grant(), subject: ADA }, [{ path: 'own.cedar', text }])
  if (refusal === undefined) expect((await applied).bundle).toBeDefined()
  else await expect(applied).rejects.toMatchObject({ code: 'CONFLICT', detail: refusal })
})

test('what cannot be written is not in force', async () => {
  const { clock } = createTestClock()
  const store = openStore(clock)
  const { desk, grant, decide } = await start(store, clock)
  const held = grant()
  await store[Symbol.asyncDispose]()
  await expect(desk.apply({ grant: held, subject: ADA }, OWN)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect([desk.bundle.digest, decide('capsule.export')]).toEqual([BUILT_IN_BUNDLE.digest, 'allow'])
})

test('what comes with the program is found by its digest, also where an instance never put it in force', async () => {
  const { clock } = createTestClock()
  const store = openStore(clock)
  const { desk, grant } = await start(store, clock)
  await desk.apply({ grant: grant(), subject: ADA }, OWN)
  // As after an upgrade: what the program brings now was never shelved, and the start has decided by it.
  const find: typeof store.records.find = async (collection, key) =>
    key.startsWith(BUILT_IN_BUNDLE.digest) ? undefined : store.records.find(collection, key)
  const upgraded = Object.create(store, { records: { value: Object.create(store.records, { find: { value: find } }) } })
  const later = await start(upgraded, clock)
  expect(later.desk.bundle.digest).not.toBe(BUILT_IN_BUNDLE.digest)
  expect((await later.desk.find(BUILT_IN_BUNDLE.digest))?.digest).toBe(BUILT_IN_BUNDLE.digest)
  expect(bundleDigest((await later.desk.findFiles(BUILT_IN_BUNDLE.digest))!)).toBe(BUILT_IN_BUNDLE.digest)
  expect(bundleDigest((await later.desk.findFiles(desk.bundle.digest))!)).toBe(desk.bundle.digest)
  expect(await later.desk.findFiles('0'.repeat(64))).toBeUndefined()
})

test('files that come with the program and are as they are there touch no rule of the constitution; another text does', () => {
  const { clock } = createTestClock()
  const { desk } = openDesk(openStore(clock), clock)
  const constitution = fixedFiles().find(({ path }) => path === 'constitution.cedar')
  if (constitution === undefined) throw new TypeError('the program has no constitution')
  expect(desk.clauseTouched([constitution, ...OWN])).toBeUndefined()
  expect(desk.clauseTouched([{ ...constitution, text: `${constitution.text}\n// more` }])).toMatchObject({
    reason: expect.stringContaining('constitution.cedar would change'),
  })
})
