import { expect } from 'vitest'
import { type OpenStore, openProposalWorld } from './proposal-world.ts'

/** After the next start: every proposal goes on to its end, and the policies were put in force as often as that was passed. */
export async function expectOnce(open: OpenStore, hours: number): Promise<number> {
  await using world = await openProposalWorld(open, hours)
  const { instance, proposals, store } = world
  for (const { id } of (await proposals.list('DRAFT', { limit: 100 }, instance)).items) await world.putToTheVote(id)
  // Voting opens where it had not yet, then closes, and what is passed is carried out.
  for (const hours of [0, 3, 3]) {
    world.wait(hours)
    expect((await world.sweep()).troubles).toEqual([])
  }
  expect(await world.sweep()).toEqual({ opened: 0, closed: 0, executed: 0, troubles: [] })
  const rows = (await proposals.list(undefined, { limit: 1000 }, instance)).items
  const passed = rows.filter(({ outcome }) => outcome === 'passed')
  expect(passed.map(({ execution, next }) => [execution?.state, next])).toEqual(
    passed.map(() => ['executed', 'nothing']),
  )
  expect(rows.filter(({ status }) => status !== 'CLOSED')).toEqual([])
  const countOf = async (type: string) => (await store.ledger.list({ type }, { limit: 1000 })).length
  const passedOf = (type: string) => passed.filter(({ action }) => action.type === type).length
  expect(await countOf('configuration.changed')).toBe(passedOf('configuration_change'))
  expect(await countOf('constitution.amended')).toBe(passedOf('constitution_amendment'))
  // The first start tells of the policies of the program, and each amendment puts a bundle in force.
  expect(await countOf('policy.applied')).toBe(1 + passedOf('policy_change') + passedOf('constitution_amendment'))
  const told = await store.ledger.list({ type: 'proposal.executed' }, { limit: 1000 })
  expect(told.map(({ leaf }) => leaf.subject).toSorted()).toEqual(passed.map(({ id }) => `proposal/${id}`).toSorted())
  return rows.length
}
