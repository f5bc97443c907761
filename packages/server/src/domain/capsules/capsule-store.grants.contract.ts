import { ACTIONS, type Action } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { type ChangeKind, COVERS, type Grant } from '#store'
import { codeOf, commandOf, commit, grantOf, nextId, shareStore, TEST_SUBJECT } from '../../platform/store/testing.ts'
import type { CapsuleChange } from './capsule-store.ts'
import type { SpaceChange } from './embedding-spaces.ts'
import { create, draftOf, getHead, type OpenStore, type Under, versionOf } from './testing.ts'

/** Which actions may change capsules, and who is said to have done it. */
export function describeCapsuleGrants(name: string, open: OpenStore): void {
  describe(`${name}: grants for capsules`, () => {
    const under = shareStore(open)
    const actions = Object.keys(ACTIONS) as Action[] // the keys of the catalogue are its actions
    const pairs = actions.flatMap((action) =>
      KINDS.map((kind) => ({ action, kind, covered: COVERS[action].includes(kind) })),
    )

    test.for(pairs)('$action may do $kind: $covered', async ({ action, kind, covered }) => {
      const { store } = under
      const [a, b] = [await create(store), await create(store)]
      if (kind === 'capsule.reload') await putAway(under, a.id)
      const head = store.head()
      const grant = grantOf(action)
      const change = CHANGES[kind](under, grant, a, b)
      const code = await codeOf(() => commit(store, commandOf(grant, [change])))
      expect([code, store.head()]).toEqual(covered ? ['carried out', head + 1] : ['FORBIDDEN', head])
      if (!covered && kind !== 'capsule.reload') expect((await getHead(store, a.id)).revision).toBe(1)
    })

    test('the history of trust names the subject of the grant', async () => {
      const { store } = under
      const [draft, subject] = [await create(store), nextId()]
      const grant = grantOf('capsule.trust', { subject })
      await commit(store, commandOf(grant, [store.capsules.setTrust(grant, draft.id, 70, 'used well')]))
      const [entry] = await store.capsules.trustHistory(draft.id, 1)
      expect(entry).toMatchObject({ old: 60, new: 70, reason: 'used well', actor: subject })
      expect(subject).not.toBe(TEST_SUBJECT)
    })
  })
}

const SEGMENT = nextId()
const KEY = new Uint8Array(32)
const GONE = { status: 'ACTIVE', ownStatus: null, trustHistory: [] } as const

async function putAway({ store }: Under, id: string): Promise<void> {
  const grant = grantOf('capsule.offload')
  await commit(store, commandOf(grant, [store.capsules.offload(grant, SEGMENT, [{ id, key: KEY }])]))
}

type Draft = ReturnType<typeof draftOf>
type MakeChange = (under: Under, grant: Grant, a: Draft, b: Draft) => ReturnType<Under['store']['capsules']['create']>

const CHANGES = {
  'capsule.create': ({ store }, grant) => store.capsules.create(grant, draftOf(), 'none'),
  'capsule.version': ({ store }, grant, a) => store.capsules.addVersion(grant, versionOf(a, '1.0.1')),
  'capsule.status': ({ store }, grant, a) => store.capsules.setStatus(grant, a.id, 'ARCHIVED'),
  'capsule.trust': ({ store }, grant, a) => store.capsules.setTrust(grant, a.id, 50, 'why'),
  'capsule.link': ({ store }, grant, a, b) => store.capsules.link(grant, a.id, b.id, 'RELATED_TO'),
  'capsule.unlink': ({ store }, grant, a, b) => store.capsules.unlink(grant, a.id, b.id, 'RELATED_TO'),
  'capsule.settle': ({ store }, grant, a) => store.capsules.settle(grant, [a.id]),
  'capsule.erase': ({ store }, grant, a) => store.capsules.erase(grant, a.id),
  'capsule.offload': ({ store }, grant, a) => store.capsules.offload(grant, SEGMENT, [{ id: a.id, key: KEY }]),
  'capsule.reload': ({ store }, grant, a) =>
    store.capsules.reload(grant, { ...GONE, id: a.id, versions: [{ ...a, version: '1.0.0', versionReason: null }] }),
} satisfies Record<Exclude<CapsuleChange, SpaceChange>['kind'], MakeChange>

const KINDS = Object.keys(CHANGES) as (keyof typeof CHANGES & ChangeKind)[] // `satisfies` holds the keys to the kinds
