import { bulkLine } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const RULES = `
@id("own.all") permit (principal, action, resource);
@id("own.no-x")
@says("What lies in the lane x stays as it is.")
forbid (
  principal,
  action in [Action::"capsule.update", Action::"capsule.archive", Action::"capsule.restore", Action::"capsule.erase"],
  resource is Capsule
)
when { resource has lane && resource.lane == "x" };
`

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  const put = { body: { files: [{ path: 'own.cedar', text: RULES }] } }
  expect((await http.send('PUT', '/v2/governance/policies', put)).json()).toMatchObject({ applied: true })
})
afterAll(() => http[Symbol.asyncDispose]())

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => bulkLine.parse(JSON.parse(line)))

async function run(body: object) {
  const { token } = (await http.send('POST', '/v2/capsules/bulk', { body })).json()
  return linesOf((await http.send('POST', `/v2/capsules/bulk/${token}`)).body)
}

const add = async (content: string, lane: string) => (await http.world.add({ content, lane })).id

describe('a policy about what a capsule is', () => {
  test.for([
    { operation: 'tag', add: ['t'] },
    { operation: 'archive' },
    { operation: 'restore' },
    { operation: 'erase', legal_basis: 'gdpr-17' },
  ])('binds the bulk operation $operation for each capsule of it, with its reason', async (body) => {
    const [bound, free] = [await add(`x ${body.operation}`, 'x'), await add(`y ${body.operation}`, 'y')]
    if (body.operation === 'restore') await http.send('DELETE', `/v2/capsules/${free}`)
    const before = http.world.context.store.head()
    const lines = await run({ ...body, ids: [bound, free] })
    expect(lines).toMatchObject([
      { id: bound, problem: { code: 'FORBIDDEN', reasons: ['FORBIDDEN_BY_POLICY'] } },
      { id: free, receipt: { outcome: 'updated' } },
      { end: { changed: 1, unchanged: 0, failed: 1 } },
    ])
    expect(JSON.stringify(lines[0])).toContain('What lies in the lane x stays as it is')
    const [head] = await http.world.context.store.capsules.getHeads([bound])
    expect([head?.status, head?.revision]).toEqual(['ACTIVE', 1])
    await http.journal.settle()
    const told = await http.world.context.store.changesSince(before, 100)
    const refused = told.flatMap(({ leaf }) =>
      leaf.type === 'decision.gathered' ? (leaf.payload as never as { decisions: object[] }).decisions : [],
    )
    expect(refused.filter((one) => 'resource' in one && one.resource === `capsule/${bound}`)).toMatchObject([
      { decision: 'deny', reasons: [{ code: 'FORBIDDEN_BY_POLICY', policy_id: 'own.no-x' }] },
    ])
    // What was allowed is on record with the one decision that covers all lines.
    expect(JSON.stringify(refused)).not.toContain(free)
  })

  test('binds a move into the archive, and an erasure of all that somebody owns, which is refused as a whole', async () => {
    const rule = `@id("own.all") permit (principal, action, resource);
      @id("own.keep") forbid (principal, action in [Action::"capsule.offload", Action::"capsule.erase"], resource is Capsule)
      when { resource has lane && resource.lane == "kept" };`
    const put = { body: { files: [{ path: 'own.cedar', text: rule }] } }
    expect((await http.send('PUT', '/v2/governance/policies', put)).json()).toMatchObject({ applied: true })
    const [kept, free] = [
      await http.world.add({ content: 'Kept.', lane: 'kept', owner: 'olga' }),
      await http.world.add({ content: 'Free.', owner: 'olga' }),
    ]
    const body = { subject: 'olga', legal_basis: 'gdpr-17' }
    const erased = await http.send('POST', '/v2/erasures', { body })
    expect([erased.statusCode, erased.json().reasons]).toEqual([403, ['FORBIDDEN_BY_POLICY']])
    for (const { id } of [kept, free]) expect((await http.send('GET', `/v2/capsules/${id}`)).statusCode).toBe(200)
    const moved = await http.send('POST', '/v2/archive', { body: { ids: [kept.id, free.id] } })
    expect(moved.json()).toMatchObject({ capsules: 1, refused: [{ id: kept.id, code: 'FORBIDDEN' }] })
  })
})
