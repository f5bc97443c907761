import { expect, test } from 'vitest'
import { systemRandom } from '#base'
import {
  ALONE_WAIT_MS,
  DECISION_COLLECTION,
  DecisionJournal,
  EMERGENCY_COLLECTION,
  Emergency,
  GovernanceGate,
  requireGrant,
  TRUST_COLLECTIONS,
  TrustEngine,
} from '#governance'
import type { Subject } from '#identity'
import { commandOf, commit, grantOf } from '../../../platform/store/testing.ts'
import { createCapsule } from '../use-cases/create-capsules.ts'
import { openWorld } from '../use-cases/testing.ts'
import { Erasures } from './erasures.ts'
import { createErasureFiles } from './testing.ts'

const MARK = 'zymurg'
const [EVIDENCE] = TRUST_COLLECTIONS

async function open() {
  const world = await openWorld()
  const { store, clock, newId, subjects } = world.context
  const journal = new DecisionJournal({
    ...{ store, clock, newId, random: systemRandom, keepDays: () => 400 },
    onTrouble: (message) => {
      throw new Error(message)
    },
  })
  journal.writeAs(world.administrator.id)
  const gate = new GovernanceGate({ clock, newId, journal })
  const emergency = await Emergency.open({
    ...{ store, clock, random: systemRandom, isFileThere: () => false },
    listLifters: async () => [world.administrator],
  })
  const erasures = new Erasures({
    ...{ context: world.context, files: createErasureFiles(), vaults: [] },
    settle: () => journal.settle(),
    forget: (owner) => owner !== null && emergency.forget(owner),
  })
  const make = async (owner?: string) => {
    const { outcome } = await createCapsule(world.context, world.call('capsule.create'), {
      ...{ content: `Of ${owner ?? 'nobody else'}.`, type: 'knowledge' },
      ...(owner !== undefined && { owner }),
    })
    if (!outcome.ok) throw outcome.error
    const [facts] = await store.capsules.getFacts([outcome.receipt.id ?? ''])
    if (facts === undefined) throw new Error('it was made')
    return facts
  }
  const erase = (target: Parameters<Erasures['erase']>[1]['target']) =>
    erasures.erase(world.call('capsule.erase'), { target, legalBasis: 'gdpr-17' })
  /** Everything that a collection holds, as text. */
  const textOf = async (collection: string) =>
    JSON.stringify((await store.records.list(collection, { limit: 1000 })).items)
  return { ...world, store, subjects, gate, emergency, make, erase, textOf, newId }
}

test('of an erased capsule nothing is left that was decided about it, be it written, gathered or waiting', async () => {
  const { gate, make, erase, textOf, administrator, newId } = await open()
  const [gone, stays] = [await make(), await make('grace')]
  const ask = (
    action: 'capsule.read' | 'capsule.update' | 'capsule.archive',
    { id, owner }: typeof gone,
    roles: Subject['roles'] = ['administrator'],
  ) => {
    const facts = {
      owner: { id: owner, kind: 'person', trust: 60, owner: null },
      ...{ trust: 60, status: 'ACTIVE', licence: 'private', type: 'knowledge', tags: [MARK], shared: [] },
      ...{ identity: MARK, lane: MARK, fold: MARK },
    }
    return gate.decide({
      action,
      resource: `capsule/${id}`,
      subject: { ...administrator, roles },
      correlationId: newId(),
      facts,
    })
  }
  for (const capsule of [gone, stays]) {
    await gate.settled(ask('capsule.archive', capsule, []))
    ask('capsule.read', capsule)
    ask('capsule.update', capsule)
  }
  await erase({ kind: 'capsule', capsule: gone.id })
  const left = await textOf(DECISION_COLLECTION.name)
  expect(left).not.toContain(`capsule/${gone.id}`)
  expect(left.split(`"resource":"capsule/${stays.id}"`).length - 1).toBe(6) // in the row and in its input, of three
})

test('of an erased subject neither decisions are left, nor what was said to evidence or for an emergency', async () => {
  const { subjects, gate, emergency, erase, textOf, call, context, make, newId, store, time, administrator } =
    await open()
  await make('grace')
  const [grace, bob] = [
    await subjects.resolve('grace'),
    await subjects.resolveOrRegister('bob', call('capsule.create').grantSubject),
  ]
  if (!grace) throw new Error('she was registered')
  for (const subject of [grace, bob])
    await gate.settled(gate.decide({ action: 'ledger.read', resource: '*', subject, correlationId: newId() }))
  const trust = new TrustEngine({ ...context, forget: (id) => subjects.forget(id) })
  for (const { id } of [grace, bob])
    await trust.record(call('trust.change'), { subject: id, kind: 'failure', by: administrator, note: `${MARK} ${id}` })
  const asking: Subject = { ...grace, roles: ['administrator'], trust: 100 }
  const asked = { action: 'emergency.raise', resource: '*', subject: asking, correlationId: newId() } as const
  await emergency.raise({ ...call('emergency.raise'), grant: requireGrant(gate.decide(asked)) }, `${MARK} raised`)
  const lift = () => emergency.lift(call('emergency.lift'), { reason: `${MARK} lifted`, isLocal: true })
  await lift()
  time.advance(ALONE_WAIT_MS)
  await lift()
  expect(emergency.active()).toBe(false)

  await erase({ kind: 'subject', subject: 'grace' })
  expect((await textOf(DECISION_COLLECTION.name)).includes(`"subject":"${grace.id}"`)).toBe(false)
  expect((await textOf(DECISION_COLLECTION.name)).includes(`"subject":"${bob.id}"`)).toBe(true)
  const evidence = await textOf(EVIDENCE.name)
  expect([evidence.includes(`${MARK} ${grace.id}`), evidence.includes(`${MARK} ${bob.id}`)]).toEqual([false, true])
  expect((await trust.explain(grace.id))?.history).toMatchObject([{ reason: 'failure', note: null }])
  const row = await store.records.find(EMERGENCY_COLLECTION.name, 'state')
  expect(row?.value).not.toHaveProperty('told')
  expect(row?.value).not.toHaveProperty('digestKey')
  expect([row?.value, emergency.state]).toMatchObject([{ reason: null }, { reason: null }])
})

test('of an erased subject neither the words of its proposals are left, nor who speaks for it', async () => {
  const { subjects, erase, textOf, make, store } = await open()
  const other = await make()
  await make('grace')
  const grace = await subjects.resolve('grace')
  if (!grace) throw new Error('she was registered')
  const grant = grantOf('proposal.create', { reach: 'lines' })
  for (const proposer of [grace.id, other.owner]) {
    const row = { id: proposer, title: `${MARK} ${proposer}`, description: MARK, proposer, digest: 'kept', ballots: 1 }
    const comment = { adviser: 'model', state: 'given', opinion: 'for', text: MARK, reasons: [MARK], code: null }
    const advice = { proposal: proposer, digest: 'kept', comments: [comment] }
    await commit(store, commandOf(grant, [store.records.put(grant, 'proposals', proposer, row)]))
    await commit(store, commandOf(grant, [store.records.put(grant, 'proposal_advice', `${proposer}/0000`, advice)]))
  }
  for (const [from, to] of [
    [grace.id, other.owner],
    [other.owner, grace.id],
  ]) {
    const row = { from, to, topic: 'all', at: 0 }
    await commit(store, commandOf(grant, [store.records.put(grant, 'vote_delegations', `${from}/all`, row)]))
  }
  await erase({ kind: 'subject', subject: 'grace' })
  expect((await store.records.find('proposals', grace.id))?.value).toMatchObject({
    title: '',
    description: '',
    digest: 'kept',
  })
  expect((await store.records.find('proposal_advice', `${grace.id}/0000`))?.value).toMatchObject({
    digest: 'kept',
    comments: [{ opinion: 'for', text: '', reasons: [] }],
  })
  expect(await textOf('proposal_advice')).toContain(MARK)
  expect((await store.records.find('proposals', other.owner))?.value).toMatchObject({ description: MARK })
  expect(await textOf('vote_delegations')).toBe('[]')
})
