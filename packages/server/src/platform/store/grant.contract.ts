import { ACTIONS, type Action } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { type ChangeKind, COVERS } from './change.ts'
import { codeOf, commandId, commandOf, commit, grantOf, type StoreUnderTest, shareStore } from './testing.ts'

/** What every store refuses without the right grant. */
export function describeGrants(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}: grants`, () => testGrants(shareStore(open)))
}

function testGrants(under: StoreUnderTest): void {
  const kinds = Object.keys({
    'capsule.create': true,
    'capsule.version': true,
    'capsule.status': true,
    'capsule.trust': true,
    'capsule.link': true,
    'capsule.unlink': true,
    'capsule.settle': true,
    'space.open': true,
    'space.switch': true,
    'space.retire': true,
    'space.fill': true,
    'space.drop': true,
    'capsule.erase': true,
    'capsule.offload': true,
    'capsule.reload': true,
    'record.put': true,
    'record.delete': true,
  } satisfies Record<ChangeKind, true>) as ChangeKind[] // `satisfies` holds the list to exactly the kinds
  const actions = Object.keys(ACTIONS) as Action[] // the keys of the catalogue are its actions
  const refused = actions.flatMap((action) =>
    kinds.filter((kind) => !COVERS[action].includes(kind)).map((kind) => ({ action, kind })),
  )

  // A bare kind is enough: what the grant does not cover is refused before anything else about it is looked at.
  test.for(refused)('$action does not cover $kind', async ({ action, kind }) => {
    const head = under.store.head()
    expect(await codeOf(() => commit(under.store, commandOf(grantOf(action), [{ kind }])))).toBe('FORBIDDEN')
    expect(under.store.head()).toBe(head)
  })

  test.for(['record.put', 'record.delete'] as const)('every action that covers %s may do it', async (kind) => {
    const { store } = under
    for (const action of actions.filter((candidate) => COVERS[candidate].includes(kind))) {
      const grant = grantOf(action)
      const key = commandId()
      const change =
        kind === 'record.put' ? store.records.put(grant, 'people', key, {}) : store.records.delete(grant, 'people', key)
      expect(await codeOf(() => commit(store, commandOf(grant, [change])))).toBe('carried out')
    }
  })

  test('one uncovered change refuses the whole command', async () => {
    const { store } = under
    const grant = grantOf('subject.create')
    const changes = [store.records.put(grant, 'people', 'covered', {}), store.records.delete(grant, 'people', 'other')]
    expect(await codeOf(() => commit(store, commandOf(grant, changes)))).toBe('FORBIDDEN')
    expect(await store.records.find('people', 'covered')).toBeUndefined()
  })

  test('a grant for one command is refused the second time, also in the same batch', async () => {
    const { store } = under
    const grant = grantOf('subject.create')
    const use = () => commandOf(grant, [store.records.put(grant, 'people', commandId(), {})])
    const outcomes = await store.append([use(), use()])
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false])
    expect(await codeOf(() => commit(store, use()))).toBe('FORBIDDEN')
    expect(await codeOf(() => commit(store, { ...use(), grant: { ...grant } }))).toBe('FORBIDDEN')
  })

  test('a grant for lines is good for every line', async () => {
    const { store } = under
    const grant = grantOf('import.run', { reach: 'lines' })
    const use = () => commandOf(grant, [store.records.put(grant, 'people', commandId(), {})])
    await store.append([use(), use()])
    expect(await codeOf(() => commit(store, use()))).toBe('carried out')
  })
}
