import { describe, expect, test } from 'vitest'
import { isCascadeError, uuidBytes } from '#base'
import { createCapsule, createCapsules } from './create-capsules.ts'
import { explainTrust } from './explain-trust.ts'
import { forkCapsule } from './fork-capsule.ts'
import { blameCapsule, diffVersions } from './history.ts'
import { archiveCapsule, quarantineCapsule, releaseCapsule, restoreCapsule, setTrust } from './life.ts'
import { findCommonAncestors, findLineagePath, getLineage } from './lineage.ts'
import { linkSimilarStep } from './link-similar.ts'
import { addLink, removeLink } from './links.ts'
import { getCapsule, getCapsuleAsOf, getVersion } from './read-capsule.ts'
import { settleTrust } from './settle-trust.ts'
import { openWorld } from './testing.ts'
import { updateCapsule } from './update-capsule.ts'

const ANY = () => true
const ABSENT = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'

/** The code with which a promise is refused. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isCascadeError(error)) return error.code
    throw error
  }
  return 'nothing was refused'
}

describe('creating', () => {
  test('refuses trust above the author’s and keeps it at the author’s where that is below 60', async () => {
    const { context, call, administrator } = await openWorld()
    const newcomer = { ...administrator, trust: 30 }
    const make = (trust?: number) =>
      createCapsule(context, call('capsule.create', newcomer), { content: `t ${trust}`, type: 'insight', trust })
    expect((await make(31)).outcome).toMatchObject({
      ok: false,
      error: { code: 'UNPROCESSABLE', errors: [{ pointer: '/trust' }] },
    })
    expect((await make()).draft?.trust).toBe(30)
    expect((await make(0)).draft?.trust).toBe(0)
  })

  test.for([
    { name: 'zeros', embedding: [0, 0, 0] },
    { name: 'an infinite number', embedding: [1, 1e39] },
    { name: 'base64 that is no whole float', embedding: Buffer.from([1, 2, 3]).toString('base64') },
  ])('refuses $name as a vector', async ({ embedding }) => {
    const { context, call } = await openWorld()
    const { outcome } = await createCapsule(context, call('capsule.create'), { content: 'x', type: 'code', embedding })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'EMBEDDING_MISMATCH' } })
  })

  test('refuses a parent that does not exist, a version it does not have, and one named twice', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'the parent' })
    const parents = [
      [{ id: ABSENT, reason: 'r' }],
      [{ id, version: '9.0.0', reason: 'r' }],
      [
        { id, reason: 'r' },
        { id, reason: 'r' },
      ],
    ]
    for (const wrong of parents) {
      const { outcome } = await createCapsule(context, call('capsule.create'), {
        content: 'child',
        type: 'code',
        parents: wrong,
      })
      expect(outcome).toMatchObject({ ok: false, error: { code: 'UNPROCESSABLE' } })
    }
  })

  test('a refused line leaves its neighbours alone and the answers stand in the order of the lines', async () => {
    const { context, call } = await openWorld()
    const line = (content: string, trust?: number) => ({
      input: { content, type: 'knowledge' as const, trust },
      command: call('capsule.create').command,
    })
    const made = await createCapsules(context, call('capsule.create'), [
      line('first'),
      line('second', 101),
      line('third'),
    ])
    expect(made.map(({ outcome }) => outcome.ok)).toEqual([true, false, true])
  })

  test('the same text by the same owner in the same place is the capsule that is there', async () => {
    const { context, call, add } = await openWorld()
    const first = await add({ content: 'Said  once.' })
    const again = await createCapsule(context, call('capsule.create'), { content: 'Said once. ', type: 'knowledge' })
    expect(again.outcome).toMatchObject({ ok: true, receipt: { outcome: 'existing', id: first.id } })
    const elsewhere = await createCapsule(context, call('capsule.create'), {
      content: 'Said once.',
      type: 'knowledge',
      source: { kind: 'chat', conversation: 'c', session: 1, index: 4 },
    })
    expect(elsewhere.outcome).toMatchObject({ ok: true, receipt: { outcome: 'created' } })
  })

  test('a name that is used first becomes a subject, once', async () => {
    const { add } = await openWorld()
    const made = await Promise.all(['a', 'b', 'c'].map((content) => add({ content, owner: 'Ada' })))
    expect(new Set(made.map(({ owner }) => owner)).size).toBe(1)
  })

  test('an imported turn is valid from when it was said', async () => {
    const { add } = await openWorld()
    const turn = await add({
      content: 'Hello',
      source: { kind: 'chat', conversation: 'c', index: 0, at: '2020-01-02T03:04:05Z' },
    })
    expect(turn.validFrom).toBe(Date.UTC(2020, 0, 2, 3, 4, 5))
  })
})

describe('versions', () => {
  test('new content raises minor, the rest patch, nothing new writes nothing, and the old version stays', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'one', tags: ['a'] })
    await updateCapsule(context, call('capsule.update'), id, { content: 'two' }, ANY)
    await updateCapsule(context, call('capsule.update'), id, { tags: null }, ANY)
    const head = context.store.head()
    expect(await updateCapsule(context, call('capsule.update'), id, { content: 'two' }, ANY)).toMatchObject({
      changed: false,
    })
    expect(context.store.head()).toBe(head)
    expect(await getCapsule(context, id)).toMatchObject({ version: '1.1.1', content: 'two', tags: [], revision: 3 })
    expect(await getVersion(context, id, '1.0.0')).toMatchObject({ content: 'one', tags: ['a'] })
  })

  test('a caller may name a higher version with a reason, not a lower one and not without', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'one' })
    const update = (body: object) =>
      updateCapsule(context, call('capsule.update'), id, { content: 'two', ...body }, ANY)
    expect(await refusal(update({ version: '2.0.0' }))).toBe('UNPROCESSABLE')
    expect(await refusal(update({ version: '0.9.0', reason: 'r' }))).toBe('UNPROCESSABLE')
    expect(await update({ version: '2.0.0', reason: 'reviewed' })).toMatchObject({
      changed: true,
      outcome: { ok: true },
    })
    expect((await getCapsule(context, id)).version).toBe('2.0.0')
  })

  test('a state the caller has not seen refuses, as does one that changes meanwhile', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'one' })
    expect(await refusal(updateCapsule(context, call('capsule.update'), id, { content: 'x' }, () => false))).toBe(
      'REVISION_MISMATCH',
    )
    const both = await Promise.all(
      ['two', 'three'].map((content) => updateCapsule(context, call('capsule.update'), id, { content }, ANY)),
    )
    const outcomes = both.map((done) => (done.changed && !done.outcome.ok ? done.outcome.error.code : 'ok'))
    expect(outcomes.toSorted()).toEqual(['REVISION_MISMATCH', 'ok'])
  })

  test('as of a time it is the version that was valid then', async () => {
    const { context, call, add, time } = await openWorld()
    const { id, validFrom } = await add({ content: 'one' })
    time.advance(1000)
    await updateCapsule(context, call('capsule.update'), id, { content: 'two' }, ANY)
    expect((await getCapsuleAsOf(context, id, validFrom + 999)).content).toBe('one')
    expect((await getCapsuleAsOf(context, id, validFrom + 1000)).content).toBe('two')
    expect(await refusal(getCapsuleAsOf(context, id, validFrom - 1))).toBe('NOT_FOUND')
  })

  test('diff compares with the version before, blame names the version of each line', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'a\nb\nc' })
    await updateCapsule(context, call('capsule.update'), id, { content: 'a\nB\nc', tags: ['t'] }, ANY)
    const diff = await diffVersions(context, id)
    expect(diff).toMatchObject({ from: '1.0.0', to: '1.1.0', lines: { added: 1, removed: 1 } })
    expect(diff.fields.map(({ path }) => path)).toEqual(['/tags'])
    expect((await blameCapsule(context, id)).lines.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0', '1.0.0'])
    expect((await blameCapsule(context, id, '1.0.0')).lines).toHaveLength(3)
  })
})

describe('lineage', () => {
  test('a fork starts as its parent and carries reason and difference', async () => {
    const { context, call, add } = await openWorld()
    const parent = await add({ content: 'the original', tags: ['x'] })
    const { outcome } = await forkCapsule(context, call('capsule.create'), parent.id, {
      reason: 'for mobile',
      content: 'the other',
    })
    const child = await getCapsule(context, outcome.ok ? (outcome.receipt.id ?? '') : '')
    expect(child).toMatchObject({
      content: 'the other',
      tags: ['x'],
      parents: [{ id: parent.id, version: '1.0.0', reason: 'for mobile' }],
    })
    expect(child.parents[0]?.changes).toEqual([
      { path: '/content', op: 'replace', from: 'the original', to: 'the other' },
    ])
  })

  test('paths, common ancestors and both directions agree on a diamond', async () => {
    const { context, add } = await openWorld()
    const root = await add({ content: 'root' })
    const child = (content: string, ...ids: string[]) =>
      add({ content, parents: ids.map((id) => ({ id, reason: content })) })
    const [left, right] = [await child('left', root.id), await child('right', root.id)]
    const end = await child('end', left.id, right.id)
    expect((await findLineagePath(context, end.id, root.id)).found?.nodes.map(({ id }) => id)).toEqual([
      end.id,
      left.id,
      root.id,
    ])
    expect((await findLineagePath(context, root.id, end.id)).found?.nodes.map(({ id }) => id)).toEqual([
      root.id,
      left.id,
      end.id,
    ])
    expect(await findLineagePath(context, left.id, right.id)).toEqual({ found: undefined, truncated: false })
    expect((await findCommonAncestors(context, left.id, right.id)).found.map(({ id }) => id)).toEqual([root.id])
    expect((await getLineage(context, left.id, { direction: 'both', limit: 10 })).nodes.map(({ id }) => id)).toEqual([
      root.id,
      left.id,
      end.id,
    ])
    expect(await refusal(findLineagePath(context, end.id, ABSENT))).toBe('NOT_FOUND')
  })
})

describe('life', () => {
  test('archiving and restoring may be repeated and change nothing the second time', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'one' })
    await archiveCapsule(context, call('capsule.archive'), id)
    const head = context.store.head()
    await archiveCapsule(context, call('capsule.archive'), id)
    expect(context.store.head()).toBe(head)
    expect(await refusal(updateCapsule(context, call('capsule.update'), id, { content: 'x' }, ANY))).toBe('CONFLICT')
    expect((await restoreCapsule(context, call('capsule.restore'), id)).status).toBe('ACTIVE')
    expect((await restoreCapsule(context, call('capsule.restore'), id)).status).toBe('ACTIVE')
  })

  test('quarantine holds down what derives from it at once; release lifts it in the background', async () => {
    const { context, call, add } = await openWorld()
    const parent = await add({ content: 'parent' })
    const child = await add({ content: 'child', parents: [{ id: parent.id, reason: 'r' }] })
    await quarantineCapsule(context, call('capsule.trust'), parent.id, 'retracted')
    expect(await explainTrust(context, child.id)).toMatchObject({
      capsule: { effectiveTrust: 0 },
      limitedBy: [{ id: parent.id }],
    })
    expect(await refusal(archiveCapsule(context, call('capsule.archive'), parent.id))).toBe('CONFLICT')
    await releaseCapsule(context, call('capsule.trust'), parent.id, 'checked')
    await settleTrust(context, () => call('system.maintain').grant, new AbortController().signal)
    expect((await getCapsule(context, child.id)).effectiveTrust).toBe(60)
  })

  test('a change of trust is in its history', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'one' })
    await setTrust(context, call('capsule.trust'), id, { trust: 80, reason: 'reviewed' })
    expect((await explainTrust(context, id)).history).toMatchObject([{ old: 60, new: 80, reason: 'reviewed' }])
  })
})

describe('links', () => {
  test('a link is made once and removed once', async () => {
    const { context, call, add } = await openWorld()
    const [a, b] = [await add({ content: 'a' }), await add({ content: 'b' })]
    const body = { to: b.id, kind: 'RELATED_TO' } as const
    expect(await addLink(context, call('capsule.link'), a.id, body)).toMatchObject({ created: true })
    expect(await addLink(context, call('capsule.link'), a.id, body)).toMatchObject({ created: false })
    await removeLink(context, call('capsule.link'), a.id, body)
    await removeLink(context, call('capsule.link'), a.id, body)
    expect(await context.store.capsules.links(a.id)).toEqual([])
    expect(await refusal(addLink(context, call('capsule.link'), a.id, { ...body, to: a.id }))).toBe('UNPROCESSABLE')
    expect(await refusal(addLink(context, call('capsule.link'), a.id, { ...body, to: ABSENT }))).toBe('UNPROCESSABLE')
  })

  test('what is nearly equal in meaning is linked in the background, and the linking comes to rest', async () => {
    const { context, call, add } = await openWorld()
    await add({ content: 'short one', embedding: [1, 0, 0.01] })
    await add({ content: 'other one', embedding: [1, 0, 0.02] })
    const far = await add({ content: 'far away', embedding: [0, 1, 0] })
    const grant = () => call('system.maintain').grant
    let steps = 0
    while (await linkSimilarStep(context, grant)) if (++steps > 10) throw new Error('it feeds itself')
    expect(await context.store.capsules.links(far.id, ['SIMILAR_TO'])).toEqual([])
    const heads = await context.store.capsules.list({}, { limit: 10 })
    const linked = heads.items.find(({ content }) => content === 'short one')
    expect(await context.store.capsules.links(linked?.id ?? '', ['SIMILAR_TO'])).not.toEqual([])
  })
})

test('ids are UUIDv7 that sort by time', async () => {
  const { add } = await openWorld()
  const ids = [await add({ content: 'a' }), await add({ content: 'b' })].map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted())
  expect(uuidBytes(ids[0] ?? '')[6]).toSatisfy((byte: number) => byte >> 4 === 7)
})
