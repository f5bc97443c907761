import { beforeEach, describe, expect, test } from 'vitest'
import { ADA, BOT, DEFAULTS, EVE, GRACE, PATH, PEOPLE, POLICY, proposing } from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, propose, vote, later, open } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

const analysisOf = async (id: string, by: { readonly name: string } | undefined, query = '') => {
  const answer = await http.send('GET', `${PATH}/${id}/analysis${query}`, by && as(by))
  expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([200, expect.anything()])
  return answer.json()
}
/** Each kept decision: what was asked, by whom, and the word. */
const decisions = async () => {
  await http.journal.flush()
  return (await http.send('GET', '/v2/governance/decisions?limit=100')).json().items as {
    decision_id: string
    actor: { id: string } | null
    action: string
    resource: string
    decision: string
  }[]
}

describe('the analysis of a proposal', () => {
  test('names exactly the recorded decisions that come out otherwise once it is carried out', async () => {
    const ids: string[] = []
    for (let n = 0; n < 6; n++) ids.push((await http.world.add({ content: `Note ${n}, ${Math.random()}.` })).id)
    const traffic = async () => {
      const seen: string[] = []
      for (const [n, id] of ids.entries())
        for (const by of [undefined, ADA, GRACE])
          for (const [method, path] of [
            ['GET', ''],
            ['DELETE', ''],
            ['POST', '/restore'],
          ] as const) {
            if (n % 2 === 1 && method !== 'GET') continue
            const answer = await http.send(method, `/v2/capsules/${id}${path}`, by ? as(by) : {})
            seen.push(`${method} ${n} ${by?.name ?? ''} ${answer.statusCode === 403 ? 'refused' : 'let'}`)
          }
      return seen
    }
    const before = await traffic()
    const recorded = await decisions()
    const id = await open(ADA, POLICY)
    const analysis = await analysisOf(id, undefined, '?decisions=1000')
    expect(analysis).toMatchObject({ verdict: 'kept', obstacle: null, policies: { added: ['own.no-archive'] } })
    await vote(ADA, id)
    await vote(GRACE, id)
    await later(168)
    expect(await later(48)).toMatchObject({ executed: 1, troubles: [] })
    const after = await traffic()
    const turned = before.filter((line, at) => line !== after[at])
    expect(turned.length).toBeGreaterThan(0)
    const flips = analysis.recorded.flips as {
      id: string
      action: string
      from: string
      to: string
      policy_id: string
    }[]
    // What was allowed and archives, by whomever, is what is refused from then on.
    const expected = recorded.filter(({ action, decision }) => action === 'capsule.archive' && decision === 'allow')
    expect(flips.map(({ id: flipped }) => flipped).toSorted()).toEqual(
      expected.map(({ decision_id }) => decision_id).toSorted(),
    )
    expect(turned.length).toBe(flips.length)
    expect(new Set(flips.map(({ from, to, policy_id }) => [from, to, policy_id].join()))).toEqual(
      new Set(['allow,deny,own.no-archive']),
    )
    expect(analysis.recorded).toMatchObject({ flipped: flips.length, hidden: 0 })
    // Of what was carried out: against what was before it.
    const past = await analysisOf(id, undefined, `?decisions=1000&until=${analysis.recorded.until}`)
    expect(past.recorded.flips).toEqual(analysis.recorded.flips)
  })

  test('names recorded decisions to those who may read them, and counts them for others', async () => {
    const { id: capsule } = await http.world.add({ content: 'Of the administrator.' })
    for (const by of [ADA, EVE])
      expect((await http.send('DELETE', `/v2/capsules/${capsule}`, as(by))).statusCode).toBe(404)
    const roles = POLICY.action.files.filter(({ path }) => path === 'roles.cedar')
    const text = '@id("own.open") permit (principal in Role::"member", action == Action::"capsule.archive", resource);'
    const files = [...roles, { path: 'open.cedar', text }]
    const id = await open(ADA, { title: 'Members archive', action: { type: 'policy_change', files } })
    const [whole, hers, eves] = [await analysisOf(id, undefined), await analysisOf(id, ADA), await analysisOf(id, EVE)]
    expect(whole.recorded).toMatchObject({ flipped: 2, hidden: 0 })
    expect(hers.recorded.flips.map(({ subject }: { subject: string }) => subject)).toEqual([ADA.id])
    expect(hers).toMatchObject({
      recorded: { flipped: 2, hidden: 1 },
      subjects: [{ id: ADA.id, name: 'ada', gained: 1 }],
    })
    expect(eves).toMatchObject({ recorded: { flipped: 2, hidden: 1 }, subjects: [{ id: EVE.id }] })
    expect(JSON.stringify(eves)).not.toContain(ADA.id)
  })

  test('is the same again up to the same entry of the log', async () => {
    const { id } = await propose(ADA, POLICY)
    const { recorded, digest } = await analysisOf(id, ADA)
    await http.send('GET', PATH)
    await http.journal.flush()
    expect(await analysisOf(id, ADA, `?until=${recorded.until}`)).toEqual(
      await analysisOf(id, ADA, `?until=${recorded.until}`),
    )
    expect((await analysisOf(id, ADA, `?until=${recorded.until}`)).digest).toBe(digest)
  })

  test('of policies that touch the constitution is broken, by the rule that they touch', async () => {
    const text = '@id("const.quarantine") forbid(principal, action, resource);'
    const { id } = await propose(ADA, {
      title: 'No quarantine',
      action: { type: 'policy_change', files: [{ path: 'own.cedar', text }] },
    })
    const { verdict, constitution, drift } = await analysisOf(id, ADA)
    expect([verdict, drift.score]).toEqual(['broken', 100])
    expect(constitution.find(({ kept }: { kept: boolean }) => !kept)).toMatchObject({
      id: 'const.quarantine',
      reason: expect.stringContaining('own.cedar would change const.quarantine'),
    })
  })

  test('of policies that lock out who governs says that they would not be carried out', async () => {
    const text = '@id("own.all") permit(principal in Role::"member", action, resource);'
    const { id } = await propose(ADA, {
      title: 'Members alone',
      action: { type: 'policy_change', files: [{ path: 'own.cedar', text }] },
    })
    const { verdict, obstacle, effects } = await analysisOf(id, ADA)
    expect([verdict, obstacle]).toEqual(['not_executable', expect.stringContaining('could not apply others any more')])
    expect(effects.some(({ role, lost }: { role: string; lost: number }) => role === 'administrator' && lost > 0)).toBe(
      true,
    )
  })

  test('of a trust change tells what the subject gains and loses, and whose own trust it would raise', async () => {
    const change = { title: 'Less', action: { type: 'trust_change', subject: 'ada', trust: 0 } }
    const { id } = await propose(GRACE, change)
    const { trust, effects, verdict } = await analysisOf(id, GRACE)
    expect(trust).toEqual({ subject: ADA.id, name: 'ada', before: 80, after: 0 })
    expect([verdict, effects.length > 0]).toEqual(['kept', true])
    const own = await propose(ADA, { ...change, action: { ...change.action, trust: 100 } })
    expect(await analysisOf(own.id, ADA)).toMatchObject({ verdict: 'broken' })
  })

  test('of an amendment tells what the clause would stop, and calls it no breach', async () => {
    const text =
      '@id("const.own.no-export") @says("Nothing is taken out.") forbid (principal, action == Action::"capsule.export", resource);'
    const action = { type: 'constitution_amendment', clauses: [{ id: 'const.own.no-export', text }] }
    const { id } = await propose(ADA, { title: 'Nothing leaves', action })
    const { verdict, constitution, effects } = await analysisOf(id, ADA)
    expect(verdict).toBe('kept')
    expect(constitution.find((one: { id: string }) => one.id === 'const.own.no-export')).toMatchObject({ kept: true })
    expect(effects).toContainEqual(expect.objectContaining({ role: 'administrator', action: 'capsule.export' }))
  })

  test.for([
    ['a proposal that there is not', '/01900000-0000-7000-8000-00000000ffff/analysis', 404],
    ['too many decisions', '/01900000-0000-7000-8000-00000000ffff/analysis?decisions=1001', 400],
    ['a part of a decision', '/01900000-0000-7000-8000-00000000ffff/analysis?decisions=1.5', 400],
    ['an entry that is none', '/01900000-0000-7000-8000-00000000ffff/analysis?until=-1', 400],
    ['what is no id', '/no-id/analysis', 400],
  ] as const)('of %s is refused', async ([, path, status]) => {
    expect((await http.send('GET', `${PATH}${path}`)).statusCode).toBe(status)
  })

  test('is for those who may see proposals', async () => {
    const draft = await propose(ADA)
    expect((await http.send('GET', `${PATH}/${draft.id}/analysis`)).statusCode).toBe(404)
    const id = await open(ADA)
    expect(
      (await http.send('GET', `${PATH}/${id}/analysis`, { headers: { authorization: undefined } })).statusCode,
    ).toBe(401)
    expect(
      (await http.send('GET', `${PATH}/${id}/analysis`, { headers: { authorization: `Bearer ${http.memberToken}` } }))
        .statusCode,
    ).toBe(403)
    expect((await http.send('GET', `${PATH}/${id}/analysis`, as(BOT))).statusCode).toBe(200)
  })

  test('of the policies in force finds nothing', async () => {
    const { id } = await propose(ADA, DEFAULTS)
    expect(await analysisOf(id, ADA)).toMatchObject({
      ...{ verdict: 'kept', effects: [], conflicts: { items: [], standing: 0 }, subjects: [] },
      ...{ recorded: { flipped: 0, flips: [] }, drift: { score: 0 } },
    })
  })

  test('of settings names those that it says nothing of', async () => {
    const changes = [
      { key: 'memory.min_trust', value: 50 },
      { key: 'gate.risk_hold', value: 40 },
    ]
    const { id } = await propose(ADA, { title: 'S', action: { type: 'configuration_change', changes } })
    expect((await analysisOf(id, ADA)).not_analysed).toEqual(['memory.min_trust'])
  })
})
