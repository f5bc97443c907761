import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { Call } from './context.ts'
import { createCapsule, createCapsules } from './create-capsules.ts'
import { forkCapsule } from './fork-capsule.ts'
import { openWorld } from './testing.ts'

const ABSENT = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const AWAY = {
  model: 'away',
  dimensions: 8,
  sees: 'words' as const,
  embed: async (): Promise<never> => {
    throw new CascadeError('EMBEDDER_UNAVAILABLE', 'nobody answers')
  },
  [Symbol.asyncDispose]: async () => undefined,
}
const keyed = (call: Call<'capsule.create'>, bodyDigest: string): Call<'capsule.create'> => ({
  ...call,
  command: { id: 'c'.repeat(32), bodyDigest },
})

describe('a create that is refused leaves nothing behind', () => {
  test.for([
    { name: 'a parent that does not exist', input: { parents: [{ id: ABSENT, reason: 'r' }] } },
    { name: 'trust above the author’s', input: { trust: 101 } },
    { name: 'a vector of zeros', input: { embedding: [0, 0] } },
  ])('not even the subject of a new name: $name', async ({ input }) => {
    const { context, call } = await openWorld()
    const head = context.store.head()
    const create = { content: 'x', type: 'code' as const, owner: 'Nobody yet', ...input }
    const { outcome } = await createCapsule(context, call('capsule.create'), create)
    expect([outcome.ok, context.store.head(), await context.subjects.findByName('Nobody yet')]).toEqual([
      false,
      head,
      undefined,
    ])
  })

  test('nor does one whose text nobody can embed', async () => {
    const { context, call } = await openWorld()
    const create = { content: 'x', type: 'code' as const, owner: 'Nobody yet' }
    const made = createCapsule({ ...context, embedder: AWAY }, call('capsule.create'), create)
    await expect(made).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
    expect(await context.subjects.findByName('Nobody yet')).toBeUndefined()
  })

  test('and the lines beside it are carried out', async () => {
    const { context, call } = await openWorld()
    const lines = ['Ada', ' no name', 'Ada'].map((owner, index) => ({
      input: { content: `line ${index}`, type: 'code' as const, owner },
      command: call('capsule.create').command,
    }))
    const made = await createCapsules(context, call('capsule.create'), lines)
    expect(made.map(({ outcome }) => outcome.ok)).toEqual([true, false, true])
    expect(made[0]?.draft?.owner).toBe(made[2]?.draft?.owner)
  })
})

describe('owners that nobody registered before', () => {
  const linesOf = async (names: readonly string[]) => {
    const { context, call } = await openWorld()
    const lines = names.map((owner, index) => ({
      input: { content: `line ${index}`, type: 'code' as const, owner },
      command: call('capsule.create').command,
    }))
    return { context, made: await createCapsules(context, call('capsule.create'), lines) }
  }

  test('are registered once each, however many a list names', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `Owner ${index % 300}`)
    const { context, made } = await linesOf(names)
    const found = await Promise.all(names.map((name) => context.subjects.findByName(name)))
    expect(made.map(({ draft }) => draft?.owner)).toEqual(found.map((subject) => subject?.id))
    expect(new Set(found).size).toBe(300)
  })

  test('bear the first of several spellings', async () => {
    const { context, made } = await linesOf(['ada', 'Ada', 'ADA'])
    expect(new Set(made.map(({ draft }) => draft?.owner)).size).toBe(1)
    expect((await context.subjects.findByName('Ada'))?.name).toBe('ada')
  })

  test('are refused line by line where nobody may register them', async () => {
    const { context, call } = await openWorld()
    const asked = call('capsule.create')
    const grantSubject = () => {
      throw new CascadeError('FORBIDDEN', 'no subjects')
    }
    const lines = ['New', undefined].map((owner) => ({
      input: { content: `by ${owner}`, type: 'code' as const, ...(owner && { owner }) },
      command: call('capsule.create').command,
    }))
    const made = await createCapsules(context, { ...asked, grantSubject }, lines)
    expect(made.map(({ outcome }) => outcome.ok || outcome.error.code)).toEqual(['FORBIDDEN', true])
  })
})

describe('a repeated key', () => {
  test('answers with the first receipt, whoever is away by now', async () => {
    const { context, call } = await openWorld()
    const create = { content: 'once', type: 'code' as const }
    const first = await createCapsule(context, keyed(call('capsule.create'), 'a'), create)
    const away = { ...context, embedder: AWAY }
    expect((await createCapsule(away, keyed(call('capsule.create'), 'a'), create)).outcome).toMatchObject(
      first.outcome.ok ? { ok: true, receipt: first.outcome.receipt } : {},
    )
    expect((await createCapsule(away, keyed(call('capsule.create'), 'b'), create)).outcome).toMatchObject({
      ok: false,
      error: { code: 'IDEMPOTENCY_KEY_REUSED' },
    })
  })
})

describe('a fork', () => {
  test('with the text of its parent keeps the vector that was given, with another text it gets its own', async () => {
    const { context, call, add } = await openWorld()
    const parent = await add({ content: 'measured', embedding: [0.6, 0.8], embedding_model: 'mine' })
    const fork = async (content?: string) => {
      const body = content === undefined ? { reason: 'r' } : { reason: 'r', content }
      const { draft } = await forkCapsule(context, call('capsule.create'), parent.id, body)
      return draft?.embedding
    }
    expect(await fork()).toEqual({ model: 'mine', vector: Float32Array.of(0.6, 0.8) })
    expect((await fork('told otherwise'))?.model).toBe(context.embedder.model)
  })
})
