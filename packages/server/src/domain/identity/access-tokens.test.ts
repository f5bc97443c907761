import { describe, expect, test } from 'vitest'
import { createUuidV7, sha256Hex, systemRandom } from '#base'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { watchRecords } from '../../platform/store/testing/watch-records.ts'
import { codeOf, commandId, commandOf, commit, createTestClock, grantOf } from '../../platform/store/testing.ts'
import { createToken } from './access-token.ts'
import { type AccessTokenFields, AccessTokens } from './access-tokens.ts'
import type { Scopes } from './scopes.ts'
import { SUBJECT_COLLECTIONS, type Subject } from './subject.ts'
import { type SubjectFields, Subjects } from './subjects.ts'

const DAY_MS = 86_400_000
const PERSON = { kind: 'person', roles: ['member'], trust: 60 } as const

async function open() {
  const time = createTestClock()
  const { clock } = time
  const store = watchRecords(openMemoryStore({ collections: SUBJECT_COLLECTIONS, clock }))
  const newId = createUuidV7(clock, systemRandom)
  const subjects = new Subjects({ store, clock, newId })
  const administrator = await subjects.openAdministrator(() => grantOf('subject.create'))
  const by = () => ({ subject: administrator, command: { id: commandId() } })
  const openTokens = (keptMax = 100) =>
    new AccessTokens({ store, subjects, clock, newId, random: systemRandom, keptMax })
  const tokens = openTokens()
  const register = async (fields: SubjectFields) =>
    (await subjects.register({ grant: grantOf('subject.create'), ...by() }, fields)).subject
  const change = (name: string, what: Parameters<Subjects['change']>[2]) =>
    subjects.change({ grant: grantOf('subject.update'), ...by() }, name, what, () => true)
  const createBy = (subject: Subject, fields: Partial<AccessTokenFields> = {}, held: Scopes = null) =>
    tokens.create(
      { grant: grantOf('token.create'), subject, command: { id: commandId() }, held },
      { subject: 'ada', name: 'laptop', scopes: null, days: 90, ...fields },
    )
  const create = (fields?: Partial<AccessTokenFields>, held?: Scopes) => createBy(administrator, fields, held)
  const revoke = (id: string) => tokens.revoke({ grant: grantOf('token.revoke'), ...by() }, id)
  const ada = await register({ ...PERSON, name: 'ada' })
  await register({ kind: 'agent', roles: ['member'], trust: 60, name: 'robot', owner: 'ada' })
  return { time, store, subjects, tokens, openTokens, register, change, create, createBy, revoke, ada }
}

describe('nobody comes in with', () => {
  test.for([
    { name: 'nothing', guess: () => '' },
    { name: 'another token', guess: () => createToken(systemRandom) },
    { name: 'the digest of a token', guess: (token: string) => sha256Hex(token) },
    { name: 'the token without its prefix', guess: (token: string) => token.slice(3) },
    { name: 'the token in upper case', guess: (token: string) => token.toUpperCase() },
    { name: 'the token and a blank', guess: (token: string) => `${token} ` },
    { name: 'the token many times', guess: (token: string) => token.repeat(100_000) },
    { name: 'the token cut short', guess: (token: string) => token.slice(0, -1) },
    { name: 'a token with a sign that none has', guess: (token: string) => `${token.slice(0, -1)}\u0000` },
  ])('$name', async ({ guess }) => {
    const { tokens, create } = await open()
    const { token } = await create()
    expect(await tokens.identify(token)).toBeDefined()
    expect(await tokens.identify(guess(token))).toBeUndefined()
  })

  test('a token from the moment of its end on, however warm', async () => {
    const { time, tokens, create } = await open()
    const { token } = await create({ days: 1 })
    time.advance(DAY_MS - 1)
    expect(await tokens.identify(token)).toBeDefined()
    time.advance(1)
    expect(await tokens.identify(token)).toBeUndefined()
    expect((await tokens.list({ limit: 9 })).items[0]?.state).toBe('expired')
  })

  test('a revoked token, also through caches that know it', async () => {
    const { tokens, openTokens, create, revoke } = await open()
    const { token, row } = await create()
    const caches = [tokens, openTokens(), openTokens()]
    for (const cache of caches) expect(await cache.identify(token)).toBeDefined()
    await revoke(row.id)
    for (const cache of [...caches, openTokens()]) expect(await cache.identify(token)).toBeUndefined()
    await revoke(row.id)
    expect((await tokens.list({ limit: 9 })).items[0]?.state).toBe('revoked')
  })

  test.for([
    { name: 'more trust', fields: { trust: 80, roles: ['member'] }, message: /at most 60/ },
    {
      name: 'another role',
      fields: { trust: 60, roles: ['steward'] },
      message: /a role that they do not have: steward/,
    },
    {
      name: 'the roles of an administrator',
      fields: { trust: 60, roles: ['administrator'] },
      message: /administrator/,
    },
  ] as const)('a token that somebody makes for a subject of $name', async ({ fields, message }) => {
    const { tokens, register, ada, createBy } = await open()
    await register({ ...PERSON, ...fields, name: 'other' })
    await expect(createBy(ada, { subject: 'other' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(message),
    })
    expect((await tokens.list({ limit: 9 })).items).toEqual([])
    expect((await createBy(ada, { subject: 'robot' })).row.subject).toBeDefined()
  })

  test('a token of a subject that was deactivated, not even once it is active again', async () => {
    const { tokens, openTokens, create, change } = await open()
    const { token } = await create()
    expect(await tokens.identify(token)).toBeDefined()
    await change('ada', { active: false })
    for (const cache of [tokens, openTokens()]) expect(await cache.identify(token)).toBeUndefined()
    await change('ada', { active: true })
    for (const cache of [tokens, openTokens()]) expect(await cache.identify(token)).toBeUndefined()
    expect((await tokens.list({ limit: 9 })).items[0]?.state).toBe('revoked')
    const { token: next } = await create()
    expect(await tokens.identify(next)).toBeDefined()
  })

  test('a token of an agent whose owner may not come in', async () => {
    const { tokens, create, change } = await open()
    const { token } = await create({ subject: 'robot' })
    expect((await tokens.identify(token))?.subject.name).toBe('robot')
    await change('ada', { active: false })
    expect(await tokens.identify(token)).toBeUndefined()
  })

  test('a token of a subject that was erased, and nothing of it is left', async () => {
    const { store, subjects, tokens, create, ada } = await open()
    const { token } = await create({ name: 'the laptop of Lovelace' })
    expect(await tokens.identify(token)).toBeDefined()
    const grant = grantOf('capsule.erase')
    await commit(store, commandOf(grant, await subjects.withoutName(grant, ada.id)))
    subjects.forget(ada.id)
    expect(await tokens.identify(token)).toBeUndefined()
    expect((await store.records.list('tokens', { limit: 9 })).items).toEqual([])
  })

  test('a token that is revoked while it is looked up for the first time', async () => {
    const { store, openTokens, create, revoke } = await open()
    const { token, row } = await create()
    const [read, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const listBy = store.records.listBy.bind(store.records)
    const slowly: typeof listBy = async (...asked) => {
      const page = await listBy(...asked)
      read.resolve()
      await held.promise
      return page as never
    }
    Object.assign(store.records, { listBy: slowly })
    const tokens = openTokens()
    const looked = tokens.identify(token)
    await read.promise
    await revoke(row.id)
    held.resolve()
    expect(await looked).toBeUndefined()
    expect(await tokens.identify(token)).toBeUndefined()
  })
})

describe('a token is not made', () => {
  test.for([
    { name: 'for nobody', fields: { subject: 'nobody' }, held: null, code: 'UNPROCESSABLE' },
    { name: 'for somebody who may not come in', fields: { subject: 'gone' }, held: null, code: 'UNPROCESSABLE' },
    { name: 'beyond the scopes of the one that asks', fields: { scopes: ['*'] }, held: ['token.*'], code: 'FORBIDDEN' },
    { name: 'without scopes by one with some', fields: {}, held: ['*'], code: 'FORBIDDEN' },
  ] as const)('$name', async ({ fields, held, code }) => {
    const { tokens, register, change, create } = await open()
    await register({ ...PERSON, name: 'gone' })
    await change('gone', { active: false })
    expect(await codeOf(() => create(fields, held))).toBe(code)
    expect((await tokens.list({ limit: 9 })).items).toEqual([])
  })

  test.for([0, 1, 2, 3])('that outlives a deactivation at the same moment (%i)', async (turns) => {
    const { tokens, create, change } = await open()
    const deactivating = change('ada', { active: false })
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    const [made, ended] = await Promise.allSettled([create(), deactivating])
    await change('ada', { active: true })
    const isIn = made.status === 'fulfilled' && (await tokens.identify(made.value.token)) !== undefined
    // One of them was refused, or the token is over.
    expect(isIn && ended.status === 'fulfilled').toBe(false)
  })
})

describe('a token', () => {
  test('lets in its subject with its scopes and its id', async () => {
    const { tokens, create, ada } = await open()
    const { token, row } = await create({ scopes: ['capsule.search', 'capsule.read', 'capsule.read'] })
    const scopes = ['capsule.read', 'capsule.search']
    for (const _ of ['cold', 'warm'])
      expect(await tokens.identify(token)).toEqual({ subject: ada, tokenId: row.id, scopes })
  })

  test('is stored as its digest, and told without token, digest and name', async () => {
    const { store, create, revoke } = await open()
    const { token, row } = await create({ name: 'the laptop' })
    await revoke(row.id)
    const stored = JSON.stringify((await store.records.list('tokens', { limit: 9 })).items)
    const told = JSON.stringify(await store.changesSince(-1, 1000))
    expect(stored).toContain(sha256Hex(token))
    expect(stored + told).not.toContain(token.slice(3))
    for (const secret of [sha256Hex(token), 'the laptop']) expect(told).not.toContain(secret)
    const kinds = (await store.changesSince(-1, 1000)).map(({ leaf }) => leaf.type)
    expect(kinds.slice(-2)).toEqual(['token.created', 'token.revoked'])
  })

  test('is listed by subject and in pages, until 30 days after its end', async () => {
    const { time, tokens, create } = await open()
    const made = [await create({ days: 1 }), await create({ subject: 'robot' }), await create()]
    const idsOf = async (asked: Partial<Parameters<AccessTokens['list']>[0]>) =>
      (await tokens.list({ limit: 9, ...asked })).items.map(({ id }) => id)
    const ids = made.map(({ row }) => row.id)
    expect(await idsOf({})).toEqual(ids)
    expect(await idsOf({ subject: 'robot' })).toEqual([ids[1]])
    expect(await idsOf({ limit: 2 })).toEqual(ids.slice(0, 2))
    expect(await idsOf({ cursor: ids[1] })).toEqual([ids[2]])
    expect(await codeOf(() => idsOf({ cursor: 'forged' }))).toBe('CURSOR_INVALID')
    expect(await codeOf(() => idsOf({ subject: 'nobody' }))).toBe('NOT_FOUND')
    time.advance(31 * DAY_MS)
    expect(await idsOf({})).toEqual(ids.slice(1))
  })

  test('is known again after more others than are kept at hand', async () => {
    const { openTokens, create } = await open()
    const few = openTokens(2)
    const made = []
    for (let count = 0; count < 5; count++) made.push(await create())
    for (const { token } of [...made, ...made]) expect(await few.identify(token)).toBeDefined()
  })
})
