import { beforeEach, describe, expect, test } from 'vitest'
import { ADA, EVE, GRACE, PATH, PEOPLE, POLICY, proposing } from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, propose, activate, withdraw, vote, look, later, open } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

const policy = (files: readonly { readonly path: string; readonly text: string }[]) => ({
  title: 'Other rules',
  action: { type: 'policy_change', files },
})
const exported = async (id: string) => (await http.send('GET', `${PATH}/${id}/election`, as(ADA))).json().detail

describe('whoever votes reads', () => {
  test('which rules are added, taken away and changed, with both texts, and not what is as it was', async () => {
    const files = POLICY.action.files.map(({ path, text }) => ({
      path,
      text: text.replace('@says("Members and stewards propose', '@says("All of us propose'),
    }))
    const { rules } = await propose(ADA, policy(files))
    const own = { id: 'own.no-archive', effect: 'forbid', says: null, text: expect.stringContaining('capsule.archive') }
    expect(rules.added).toContainEqual(own)
    const says = expect.stringMatching(/^All of us propose/)
    const before = { id: 'role.vote', says: expect.stringMatching(/^Members and stewards propose/) }
    expect(rules.changed).toMatchObject([{ id: 'role.vote', effect: 'permit', says, before }])
  })

  test('the same once it is carried out: against what was in force before it', async () => {
    const id = await open(ADA, POLICY)
    await vote(GRACE, id)
    await vote(ADA, id)
    await later(168)
    await later(48)
    expect(await look(id)).toMatchObject({
      execution: { state: 'executed' },
      rules: { added: [{ id: 'own.no-archive' }], removed: [], changed: [] },
    })
  })

  test('what is taken away by going back to the policies of the program', async () => {
    const id = await open(ADA, POLICY)
    await vote(GRACE, id)
    await vote(ADA, id)
    await later(168)
    await later(48)
    const back = await propose(GRACE, { title: 'Back', action: { type: 'policy_change', files: null } })
    expect(back.rules).toMatchObject({ added: [], removed: [{ id: 'own.no-archive' }], changed: [] })
  })

  test('nothing of other kinds, nor of what the constitution forbids', async () => {
    const trust = await propose(ADA, { title: 'T', action: { type: 'trust_change', subject: 'eve', trust: 80 } })
    const text = '@id("const.quarantine") @says("No.") forbid (principal, action, resource) when { false };\n'
    const touching = await propose(ADA, policy([{ path: 'mine.cedar', text }]))
    expect([trust.rules, touching.rules]).toEqual([null, null])
  })

  test('what it voted itself, last, and nobody else reads that there', async () => {
    const id = await open(ADA)
    expect((await look(id, ADA)).own_vote).toBeNull()
    await vote(ADA, id, 'against')
    await vote(ADA, id, 'for')
    expect([(await look(id, ADA)).own_vote, (await look(id, EVE)).own_vote]).toEqual(['for', null])
  })
})

describe('an election that never was', () => {
  test('is not exported, with the reason', async () => {
    const draft = (await propose(ADA)).id
    expect(await exported(draft)).toContain('it is DRAFT, and voting has not opened')
    await withdraw(ADA, draft)
    expect(await exported(draft)).toContain('it was withdrawn before voting opened')
    const text = '@id("const.quarantine") @says("No.") forbid (principal, action, resource) when { false };\n'
    const { id } = await propose(ADA, policy([{ path: 'mine.cedar', text }]))
    await activate(ADA, id)
    expect(await exported(id)).toContain('it was vetoed by const.quarantine before voting opened')
  })
})
