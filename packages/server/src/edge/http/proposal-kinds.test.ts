import { PROPOSAL_LIMITS } from '@forge-cascade/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { configReference, LiveConfig, loadConfig } from '#config'
import { BUILT_IN_FILES, PolicyDesk, VotedSettings } from '#governance'
import { readPolicies } from '../../adapters/policies/index.ts'
import { grantOf } from '../../platform/store/testing.ts'
import { ADA, GRACE, PATH, PEOPLE, proposing } from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, propose, activate, vote, look, later, open, archive } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

const CONSTITUTION = '/v2/governance/constitution'
const POLICIES = '/v2/governance/policies'
const clauseText = (id: string, action = 'capsule.archive') =>
  `@id("${id}") @says("Nothing is archived.") forbid (principal, action == Action::"${action}", resource);\n`
const NO_ARCHIVE = 'const.own.no-archive'
const amending = (id: string, text: string | null) => ({
  title: 'For good',
  action: { type: 'constitution_amendment', clauses: [{ id, text }] },
})
const setting = (key: string, value: unknown) => ({
  title: 'Otherwise',
  action: { type: 'configuration_change', changes: [{ key, value }] },
})

/** Has it voted for by all, and carried out after its timelock. */
async function pass(body: object): Promise<string> {
  const id = await open(ADA, body)
  for (const by of [ADA, GRACE]) expect((await vote(by, id)).statusCode).toBe(200)
  await later(168)
  await later(48)
  return id
}
const send = async (body: object) => (await http.send('POST', PATH, { body, ...as(ADA) })).json()
const minTrust = () => http.governed.live.loaded.config.memory.min_trust
const originOf = (live: LiveConfig) => live.loaded.origins.get('memory.min_trust')

describe('a proposal to change settings', () => {
  test('shows what counts and what would, counts once carried out, survives a restart, and is brought back', async () => {
    const draft = await propose(ADA, setting('memory.min_trust', 55))
    expect(draft).toMatchObject({
      kind: 'configuration',
      action: { changes: [{ key: 'memory.min_trust', from: 40, value: 55 }] },
    })
    const id = await pass(setting('memory.min_trust', 55))
    expect(await look(id)).toMatchObject({ execution: { state: 'executed' } })
    expect([minTrust(), originOf(http.governed.live)]).toEqual([55, { kind: 'vote', proposal: id }])
    const [told] = await http.world.context.store.ledger.list({ type: 'configuration.changed' }, { limit: 2 })
    expect(told?.leaf.payload).toMatchObject({ set: ['memory.min_trust'], unset: [] })
    const again = new LiveConfig(loadConfig({ env: {}, cwd: '/' }))
    const { store } = http.world.context
    expect(await new VotedSettings({ store, port: again }).open()).toEqual([])
    expect(again.loaded.config.memory.min_trust).toBe(55)
    const revert = { title: 'Back', action: { type: 'revert', proposal: id } }
    await pass(revert)
    expect([minTrust(), originOf(http.governed.live)?.kind]).toEqual([40, 'default'])
  })

  test.for([
    ['a key that there is not', 'memory.min_trus', 5, 'UNPROCESSABLE'],
    ['a key that needs a restart', 'server.port', 80, 'UNPROCESSABLE'],
    ['a secret', 'embedding.api_key', 'x', 'UNPROCESSABLE'],
    ['a value that the key does not take', 'memory.min_trust', 101, 'UNPROCESSABLE'],
    ['a value of another type', 'memory.min_trust', '50', 'UNPROCESSABLE'],
    ['less than two thirds for the constitution', 'governance.constitution.threshold', 'majority', 'UNPROCESSABLE'],
  ] as const)('names no %s', async ([, key, value, code]) => {
    expect(await send(setting(key, value))).toMatchObject({ code, detail: expect.stringContaining(key) })
  })

  test('names each key once, and as many as it may', async () => {
    const changes = [1, 2].map((value) => ({ key: 'memory.min_trust', value }))
    const of = (more: object[]) => send({ title: 'T', action: { type: 'configuration_change', changes: more } })
    expect(await of(changes)).toMatchObject({ code: 'UNPROCESSABLE' })
    const keys = configReference().filter(({ reload, secret }) => reload && !secret)
    const { settingsMax } = PROPOSAL_LIMITS
    const many = keys.slice(0, settingsMax + 1).map(({ key }) => ({ key, value: null }))
    expect(many).toHaveLength(settingsMax + 1)
    expect(await of(many)).toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(await of(many.slice(1))).toMatchObject({ status: 'DRAFT' })
  })

  test('that changes how votes are counted is voted on as the constitution is', async () => {
    expect(await send(setting('governance.constitution.quorum_percent', 1))).toMatchObject({ kind: 'constitution' })
    expect(await send(setting('governance.policy.threshold', 'three_quarters'))).toMatchObject({ kind: 'constitution' })
  })

  test('yields to environment and flags, and says which', () => {
    const live = new LiveConfig(loadConfig({ env: { CASCADE_MEMORY_MIN_TRUST: '30' }, cwd: '/' }))
    expect(() => live.tryVote([{ key: 'memory.min_trust', value: 50 }])).toThrow('env CASCADE_MEMORY_MIN_TRUST')
    live.vote(new Map([['memory.min_trust', { value: 50, proposal: 'p' }]]))
    expect(live.loaded.config.memory.min_trust).toBe(30)
  })

  test('that does not fit this version any more does not count, and the others do', () => {
    const live = new LiveConfig(loadConfig({ env: {}, cwd: '/' }))
    const voted = new Map([
      ['memory.gone', { value: 1, proposal: 'p' }],
      ['memory.min_trust', { value: 50, proposal: 'p' }],
    ])
    expect(live.vote(voted)).toEqual(['memory.gone'])
    expect(live.loaded.config.memory.min_trust).toBe(50)
  })

  test('still counts after the configuration was read again', () => {
    const load = () => loadConfig({ env: {}, cwd: '/' })
    const live = new LiveConfig(load())
    live.vote(new Map([['memory.min_trust', { value: 50, proposal: 'p' }]]))
    expect(live.reload(load).changed).toEqual([])
    expect(live.loaded.config.memory.min_trust).toBe(50)
  })
})

describe('a proposal to amend the constitution', () => {
  test('adds a clause that forbids in every mode, replaces it, and is brought back', async () => {
    const id = await pass(amending(NO_ARCHIVE, clauseText(NO_ARCHIVE)))
    expect(await look(id)).toMatchObject({ kind: 'constitution', execution: { state: 'executed', code: null } })
    http.governed.settings = { ...http.governed.settings, mode: 'audit' }
    expect(await archive()).toBe(403)
    const { clauses } = (await http.send('GET', CONSTITUTION)).json()
    expect(clauses).toContainEqual(
      expect.objectContaining({ id: NO_ARCHIVE, says: 'Nothing is archived.', origin: 'instance' }),
    )
    expect(clauses).toContainEqual(expect.objectContaining({ id: 'const.quarantine', origin: 'program' }))
    await pass(amending(NO_ARCHIVE, clauseText(NO_ARCHIVE, 'capsule.export')))
    expect(await archive()).toBeLessThan(300)
    const replaced = await pass({ title: 'Back', action: { type: 'revert', proposal: id } })
    expect((await look(replaced)).action).toMatchObject({ clauses: [{ id: NO_ARCHIVE, text: null }] })
    expect((await http.send('GET', CONSTITUTION)).json().clauses).toHaveLength(5)
    const types = await http.world.context.store.ledger.list({ type: 'constitution.amended' }, { limit: 9 })
    expect(types.map(({ leaf }) => leaf.payload).toReversed()).toMatchObject([
      { added: [NO_ARCHIVE], replaced: [], removed: [] },
      { added: [], replaced: [NO_ARCHIVE], removed: [] },
      { added: [], replaced: [], removed: [NO_ARCHIVE] },
    ])
  })

  test('stays whatever policies are applied, and after a restart', async () => {
    await pass(amending(NO_ARCHIVE, clauseText(NO_ARCHIVE)))
    const apply = async (files: unknown) => (await http.send('PUT', POLICIES, { body: { files } })).json()
    const own = { path: 'own.cedar', text: '@id("own.all") permit (principal, action, resource);\n' }
    expect(await apply([own])).toMatchObject({ applied: true })
    expect(await archive()).toBe(403)
    expect(await apply(null)).toMatchObject({ applied: true })
    expect(await archive()).toBe(403)
    const clause = { path: `${NO_ARCHIVE}.cedar`, text: clauseText(NO_ARCHIVE) }
    expect(await apply([own, clause])).toMatchObject({ applied: true })
    expect(await apply([own, { ...clause, text: '// none' }])).toMatchObject({ code: 'UNPROCESSABLE' })
    expect(await apply([own, { ...clause, path: 'x.cedar' }])).toMatchObject({ applied: false })
    const { gate } = http.governed
    const { store } = http.world.context
    const parts = { store, gate, founder: http.world.administrator, clock: http.world.time.clock }
    const desk = new PolicyDesk({
      ...parts,
      read: readPolicies,
      fallback: () => Promise.reject(new Error('not needed')),
    })
    await desk.open({ grant: () => grantOf('policy.apply') })
    expect(desk.bundle.rules.has(NO_ARCHIVE)).toBe(true)
    expect(await archive()).toBe(403)
    await desk.mend({ grant: grantOf('policy.apply') })
    expect(await archive()).toBe(403)
  })

  test('about reading is asked for each capsule that a search finds', async () => {
    const { gate, policies } = http.governed
    expect(gate.narrowsReading(ADA)).toBe(false)
    const id = 'const.own.sealed'
    const text = `@id("${id}") @says("What is sealed is not read.") forbid (principal, action == Action::"capsule.read", resource is Capsule) when { resource.tags.contains("sealed") };`
    await policies.amend({ grant: grantOf('proposal.execute') }, [{ id, text }], async () => true)
    expect(gate.narrowsReading(ADA)).toBe(true)
  })

  test('is kept where policies are applied at the same moment', async () => {
    const { policies } = http.governed
    const own = [...BUILT_IN_FILES.filter(({ path }) => path === 'roles.cedar')]
    const clauses = [{ id: NO_ARCHIVE, text: clauseText(NO_ARCHIVE) }]
    const subject = http.world.administrator
    await Promise.all([
      policies.apply({ grant: grantOf('policy.apply'), subject }, own),
      policies.amend({ grant: grantOf('proposal.execute') }, clauses, async () => true),
      policies.apply({ grant: grantOf('policy.apply'), subject }, own),
    ])
    expect(policies.bundle.rules.has(NO_ARCHIVE)).toBe(true)
    expect(policies.active.own).toEqual(own)
  })

  test.for([
    ['permits', '@id("const.own.a") @says("All.") permit (principal, action, resource);', 'const.own.a'],
    [
      'says nothing to people',
      '@id("const.own.a") forbid (principal, action == Action::"capsule.export", resource);',
      '@says',
    ],
    ['has another id', clauseText('const.own.b'), 'const.own.a'],
    ['has the id of no clause', clauseText('own.a'), 'const.own.a'],
    ['brings another policy along', `${clauseText('const.own.a')}${clauseText('const.own.b')}`, 'const.own.a'],
    ['is no policy', 'forbid everything', 'const.own.a.cedar:1'],
    ['speaks of what there is not', clauseText('const.own.a', 'capsule.fly'), 'const.own.a.cedar:1'],
    ['is too large', `// ${'x'.repeat(PROPOSAL_LIMITS.clauseBytesMax)}\n${clauseText('const.own.a')}`, 'bytes'],
  ] as const)('with a clause that %s is refused', async ([, text, words]) => {
    expect(await send(amending('const.own.a', text))).toMatchObject({
      code: 'UNPROCESSABLE',
      detail: expect.stringContaining(words),
    })
  })

  test('that takes away what is not there is refused', async () => {
    expect(await send(amending('const.own.a', null))).toMatchObject({ code: 'UNPROCESSABLE' })
  })

  test.for([
    ['policy.apply', 'policy.apply'],
    ['proposal.vote', 'proposal.vote'],
    ['proposal.execute', 'proposal.execute'],
    ['emergency.lift', 'emergency.lift'],
  ] as const)('that would keep the instance from %s is refused', async ([action]) => {
    expect(await send(amending('const.own.a', clauseText('const.own.a', action)))).toMatchObject({ code: 'CONFLICT' })
  })

  test('that would leave too few to change it again is refused', async () => {
    const text =
      '@id("const.own.a") @says("Two alone vote.") forbid (principal, action == Action::"proposal.vote", resource) unless { principal.trust >= 95 };'
    expect(await send(amending('const.own.a', text))).toMatchObject({ code: expect.stringMatching(/CONFLICT/) })
  })

  test.for([
    ['a clause of the program', 'const.quarantine', clauseText('const.quarantine')],
    ['the absence of a clause of the program', 'const.quarantine', null],
    ['a clause under a name of the program', 'const.new', clauseText('const.new')],
  ] as const)('to have %s is vetoed, with the clause named', async ([, clause, text]) => {
    const { id } = await propose(ADA, amending(clause, text))
    expect((await activate(ADA, id)).json()).toMatchObject({ outcome: 'vetoed', veto: { clause } })
    expect(http.governed.policies.bundle.rules.get('const.quarantine')?.says).toBe('Who is quarantined does nothing.')
  })

  test('is kept in bounds', async () => {
    const { clausesMax, amendmentsMax } = PROPOSAL_LIMITS
    const { policies } = http.governed
    const clauses = Array.from({ length: clausesMax }, (_, at) => ({
      id: `const.own.c${at}`,
      text: clauseText(`const.own.c${at}`, 'capsule.export'),
    }))
    for (let at = 0; at < clausesMax; at += amendmentsMax)
      await policies.amend(
        { grant: grantOf('proposal.execute') },
        clauses.slice(at, at + amendmentsMax),
        async () => true,
      )
    expect(await send(amending('const.own.more', clauseText('const.own.more')))).toMatchObject({
      code: 'UNPROCESSABLE',
    })
    await propose(ADA, {
      title: 'T',
      action: { type: 'constitution_amendment', clauses: clauses.slice(0, amendmentsMax) },
    })
    const many = clauses.slice(0, amendmentsMax + 1)
    expect(await send({ title: 'T', action: { type: 'constitution_amendment', clauses: many } })).toMatchObject({
      code: 'VALIDATION_FAILED',
    })
  })
})
