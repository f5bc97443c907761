import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Adviser, ruleAdviser } from '#governance'
import { campaign } from '../../platform/store/testing.ts'
import { ADA, EVE, GRACE, PATH, PEOPLE, proposing } from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, propose, vote, later, look, open, recordsOf } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

const { signal } = new AbortController()
const saying = (name: string, advise: Adviser['advise']): Adviser => ({ name, advise })
const adviceOn = async (id: string) => (await http.send('GET', `${PATH}/${id}/advice`, as(EVE))).json().items
const ask = (id: string, by: { readonly name: string } = GRACE) => http.send('POST', `${PATH}/${id}/advice`, as(by))
const LESS = { title: 'Less', action: { type: 'trust_change', subject: 'eve', trust: 40 } }

describe('the council', () => {
  test('comments once on what is voted on, and that is on record with the digest of what it said', async () => {
    http.governed.advisers = [ruleAdviser('security'), ruleAdviser('continuity')]
    const draft = await propose(ADA, LESS)
    const id = await open(GRACE, LESS)
    expect(await http.governed.sessions.look(signal)).toEqual({ advised: 1, troubles: [] })
    expect(await http.governed.sessions.look(signal)).toEqual({ advised: 0, troubles: [] })
    const [round, ...others] = await adviceOn(id)
    expect(others).toEqual([])
    expect(round.comments).toMatchObject([
      { adviser: 'security', state: 'given', opinion: 'for' },
      { adviser: 'continuity', state: 'given', opinion: 'abstain' },
    ])
    expect(await look(id)).toMatchObject({ votes_for: 0, advice: round.comments })
    expect((await http.send('GET', `${PATH}/${draft.id}/advice`)).statusCode).toBe(404)
    expect((await ask(draft.id)).statusCode).toBe(404)
    const [leaf] = await http.world.context.store.ledger.list({ type: 'proposal.advised' }, { limit: 1 })
    expect(leaf?.leaf.payload).toMatchObject({ digest: round.digest, analysis: round.analysis, given: 2, failed: 0 })
    expect((await recordsOf(id)).at(-1)).toBe('proposal.advised')
  })

  test('comments again when it is asked, also on a draft, with the newest first, and so often and no more', async () => {
    http.governed.advisers = [saying('one', async () => ({ opinion: 'against', text: 'No.', reasons: [] }))]
    const { id } = await propose(GRACE, LESS)
    for (let n = 1; n <= 10; n++) expect((await ask(id)).json().items.length).toBe(n)
    const eleventh = await ask(id)
    expect([eleventh.statusCode, eleventh.json().detail]).toEqual([409, expect.stringContaining('10 times')])
  })

  test('is asked no more often than that where many ask at once', async () => {
    let calls = 0
    const advise = async () => {
      calls++
      await new Promise(setImmediate)
      return { opinion: 'for', text: 'Yes.', reasons: [] } as const
    }
    http.governed.advisers = [saying('one', advise)]
    const { id } = await propose(GRACE, LESS)
    const answers = await Promise.all(Array.from({ length: 14 }, () => ask(id)))
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(10)
    expect(calls).toBe(10)
  })

  test('by itself waits a minute after trouble', async () => {
    http.governed.advisers = [ruleAdviser('security')]
    await open(GRACE, LESS)
    const { sessions } = http.governed
    const text = '@id("own.all") permit (principal, action, resource) unless { action == Action::"proposal.advise" };'
    const apply = (files: unknown) => http.send('PUT', '/v2/governance/policies', { body: { files } })
    await apply([{ path: 'own.cedar', text }])
    expect(await sessions.look(signal)).toMatchObject({ advised: 0, troubles: [expect.stringContaining('refused')] })
    await apply(null)
    expect(await sessions.look(signal)).toEqual({ advised: 0, troubles: [] })
    http.world.time.advance(60_000)
    expect(await sessions.look(signal)).toEqual({ advised: 1, troubles: [] })
  })

  test('says nothing of what is closed, and nothing where nobody is on it', async () => {
    const { id } = await propose(GRACE, LESS)
    expect((await ask(id)).json()).toMatchObject({ status: 409, detail: expect.stringContaining('governance.council') })
    http.governed.advisers = [ruleAdviser('security')]
    const voted = await open(GRACE, LESS)
    await later(168)
    expect((await ask(voted)).statusCode).toBe(409)
  })

  test('is asked by whoever has a say in the rules, of what is theirs to see, and by nobody else', async () => {
    http.governed.advisers = [ruleAdviser('security')]
    const id = await open(ADA, LESS)
    expect((await ask(id, ADA)).statusCode).toBe(200)
    expect((await ask((await propose(GRACE, LESS)).id, ADA)).statusCode).toBe(404)
    expect(
      (await http.send('POST', `${PATH}/${id}/advice`, { headers: { authorization: undefined } })).statusCode,
    ).toBe(401)
    expect((await http.send('POST', `${PATH}/${id}/advice`)).statusCode).toBe(200)
    const nobody = { headers: { authorization: `Bearer ${http.memberToken}` } }
    for (const method of ['GET', 'POST'] as const)
      expect((await http.send(method, `${PATH}/${id}/advice`, nobody)).statusCode).toBe(403)
    for (const method of ['GET', 'POST'] as const)
      expect((await http.send(method, `${PATH}/01900000-0000-7000-8000-00000000ffff/advice`)).statusCode).toBe(404)
  })

  test('that could not be given an analysis is on record as failed, once', async () => {
    http.governed.advisers = [ruleAdviser('security')]
    const id = await open(GRACE, LESS)
    http.governed.people.delete(EVE.id)
    expect(await http.governed.sessions.look(signal)).toEqual({ advised: 1, troubles: [] })
    expect((await http.send('GET', `${PATH}/${id}/advice`)).json().items).toMatchObject([
      { analysis: null, comments: [{ adviser: 'security', state: 'failed', code: 'UNPROCESSABLE' }] },
    ])
    expect((await http.governed.sessions.look(signal)).advised).toBe(0)
  })

  test('does nothing by itself where the rules forbid it', async () => {
    http.governed.advisers = [ruleAdviser('security')]
    const id = await open(GRACE, LESS)
    const files = [
      {
        path: 'own.cedar',
        text: '@id("a") permit(principal, action, resource);\n@id("b") forbid(principal, action == Action::"proposal.advise", resource);',
      },
    ]
    expect((await http.send('PUT', '/v2/governance/policies', { body: { files } })).statusCode).toBe(200)
    expect(await http.governed.sessions.look(signal)).toEqual({
      advised: 0,
      troubles: [expect.stringContaining(`proposal/${id}`)],
    })
    expect(await adviceOn(id)).toEqual([])
  })
})

test('whatever advisers say, and whenever, the vote stands as it did and ends as it would', async () => {
  const anyAdvice = fc.record({
    opinion: fc.constantFrom('for', 'against', 'abstain', 'perhaps'),
    text: fc.string({ maxLength: 40 }),
    reasons: fc.array(fc.string()),
    votes_for: fc.nat(),
    weight: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyAdvice, { minLength: 1, maxLength: 4 }),
      fc.subarray([ADA, GRACE]),
      fc.constantFrom('for', 'against', 'abstain'),
      async (said, voters, word) => {
        const stand = async (advised: boolean) => {
          await using world = await openHttpWorld({ people: PEOPLE })
          http = world
          // What an adviser says is of no type.
          world.governed.advisers = said.map((advice, n) => saying(`a${n}`, async () => advice as never))
          const id = await open(GRACE, LESS)
          const advise = async () => advised && expect((await ask(id)).statusCode).toBe(200)
          await advise()
          for (const by of voters) await vote(by, id, word)
          await advise()
          const during = await look(id)
          await later(168)
          const after = await look(id)
          const told = ({
            votes_for,
            votes_against,
            votes_abstain,
            weight_for,
            weight_against,
            participation,
            outcome,
          }: Record<string, unknown>) => [
            votes_for,
            votes_against,
            votes_abstain,
            weight_for,
            weight_against,
            participation,
            outcome,
          ]
          return [told(during), told(after), after.voters]
        }
        expect(await stand(true)).toEqual(await stand(false))
      },
    ),
    { numRuns: campaign(6, 200) },
  )
}, 60_000)
