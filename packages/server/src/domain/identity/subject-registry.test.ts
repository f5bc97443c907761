import { describe, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { watchRecords } from '../../platform/store/testing/watch-records.ts'
import { codeOf, commandId, commandOf, commit, createTestClock, grantOf } from '../../platform/store/testing.ts'
import { SUBJECT_COLLECTIONS, type Subject, type SubjectRow } from './subject.ts'
import { type SubjectFields, Subjects } from './subjects.ts'

const ANY = (_revision: number) => true
const PERSON = { kind: 'person', roles: ['member'], trust: 60 } as const
const AGENT = { ...PERSON, kind: 'agent' } as const

async function open() {
  const { clock } = createTestClock()
  const store = watchRecords(openMemoryStore({ collections: SUBJECT_COLLECTIONS, clock }))
  const newId = createUuidV7(clock, systemRandom)
  const openSubjects = () => new Subjects({ store, clock, newId })
  const subjects = openSubjects()
  const administrator = await subjects.openAdministrator(() => grantOf('subject.create'))
  const register = async (fields: SubjectFields, by: Subject = administrator) =>
    (await subjects.register({ grant: grantOf('subject.create'), subject: by, command: { id: commandId() } }, fields))
      .subject
  const change = (idOrName: string, what: Parameters<Subjects['change']>[2], by = administrator, matches = ANY) =>
    subjects.change(
      { grant: grantOf('subject.update'), subject: by, command: { id: commandId() } },
      idOrName,
      what,
      matches,
    )
  const leaves = async () => (await store.changesSince(-1, 1000)).map(({ leaf }) => leaf)
  return { store, subjects, openSubjects, administrator, register, change, leaves }
}

describe('a registration is refused', () => {
  test.for([
    { name: 'of a name that somebody has in another case', fields: { ...PERSON, name: 'ADA' }, code: 'CONFLICT' },
    { name: 'of what cannot be a name', fields: { ...PERSON, name: 'ada\nbyron' }, code: 'UNPROCESSABLE' },
    { name: 'of an agent without an owner', fields: { ...AGENT, name: 'robot' }, code: 'UNPROCESSABLE' },
    { name: 'of an agent of an agent', fields: { ...AGENT, name: 'robot', owner: 'helper' }, code: 'UNPROCESSABLE' },
    { name: 'of an agent of nobody', fields: { ...AGENT, name: 'robot', owner: 'nobody' }, code: 'UNPROCESSABLE' },
    {
      name: 'of an agent of somebody who is gone',
      fields: { ...AGENT, name: 'r', owner: 'gone' },
      code: 'UNPROCESSABLE',
    },
    { name: 'of a person with an owner', fields: { ...PERSON, name: 'grace', owner: 'ada' }, code: 'UNPROCESSABLE' },
    { name: 'with more trust than is there to give', fields: { ...PERSON, name: 'g', trust: 61 }, code: 'FORBIDDEN' },
    {
      name: 'with a role that is not there to give',
      fields: { ...PERSON, name: 'g', roles: ['auditor'] },
      code: 'FORBIDDEN',
    },
  ] as const)('$name', async ({ fields, code }) => {
    const { subjects, register, change } = await open()
    const ada = await register({ ...PERSON, name: 'Ada', roles: ['steward'] })
    await register({ ...AGENT, name: 'helper', owner: 'ada' })
    await register({ ...PERSON, name: 'gone' })
    await change('gone', { active: false })
    expect(await codeOf(() => register(fields, ada))).toBe(code)
    expect((await subjects.list({ limit: 100 })).items).toHaveLength(4)
  })

  test('of a name that is registered twice at once, once', async () => {
    const { register, leaves } = await open()
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(() => register({ ...PERSON, name: 'ada' }))))
    expect(codes.toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'carried out'])
    expect(await leaves()).toHaveLength(2)
  })
})

describe('a registration', () => {
  test('is found by id and by name, in pages and by its kind', async () => {
    const { subjects, administrator, register } = await open()
    const ada = await register({ ...PERSON, name: 'Ada', roles: ['steward', 'auditor'], trust: 80 })
    const robot = await register({ ...AGENT, name: 'robot', owner: 'ada' })
    expect(robot).toMatchObject({ kind: 'agent', owner: ada.id, active: true })
    expect(await subjects.resolve('ROBOT')).toEqual(robot)
    const first = await subjects.list({ limit: 2 })
    expect(first.items.map(({ subject }) => subject)).toEqual([administrator, ada])
    expect((await subjects.list({ limit: 2, cursor: first.next })).items).toEqual([{ subject: robot, revision: 1 }])
    expect((await subjects.list({ limit: 9, kind: 'agent' })).items.map(({ subject }) => subject.name)).toEqual([
      'robot',
    ])
    expect(await codeOf(() => subjects.list({ limit: 2, cursor: 'forged' }))).toBe('CURSOR_INVALID')
  })

  test('is told without the name; the owner of an agent is told as its first change', async () => {
    const { register, leaves } = await open()
    const ada = await register({ ...PERSON, name: 'Lovelace' })
    await register({ ...AGENT, name: 'analytical', owner: ada.id })
    const told = (await leaves()).slice(1)
    expect(told.map(({ type }) => type)).toEqual(['subject.registered', 'subject.registered', 'subject.changed'])
    expect(told[2]?.payload).toMatchObject({ owner: { before: null, after: ada.id } })
    expect(JSON.stringify(told)).not.toMatch(/lovelace|analytical/i)
  })
})

describe('a change is refused', () => {
  test.for([
    { name: 'that raises the own trust', what: { trust: 81 } },
    { name: 'that gives oneself a role', what: { roles: ['steward', 'administrator'] } },
  ] as const)('$name', async ({ what }) => {
    const { register, change } = await open()
    const ada = await register({ ...PERSON, name: 'ada', roles: ['steward'], trust: 80 })
    expect(await codeOf(() => change('ada', what, ada))).toBe('FORBIDDEN')
  })

  test.for([
    { name: 'that gives more trust than is there to give', what: { trust: 90 } },
    { name: 'that gives a role that is not there to give', what: { roles: ['auditor'] } },
    { name: 'that takes a role that is not there to take', what: { roles: ['member'] } },
  ] as const)('$name', async ({ what }) => {
    const { register, change } = await open()
    const ada = await register({ ...PERSON, name: 'ada', roles: ['steward'], trust: 80 })
    await register({ ...PERSON, name: 'grace', roles: ['member', 'administrator'] })
    expect(await codeOf(() => change('grace', what, ada))).toBe('FORBIDDEN')
  })

  test.for([{ active: false }, { roles: ['member'] }, { trust: 10 }] as const)(
    'of the administrator of the instance, so that there is always one: %j',
    async (what) => {
      const { administrator, register, change } = await open()
      const other = await register({ ...PERSON, name: 'ada', roles: ['administrator'], trust: 100 })
      for (const by of [administrator, other])
        expect(await codeOf(() => change('administrator', what, by))).toBe('CONFLICT')
    },
  )

  test.for([
    { name: 'that leaves an agent to an agent', of: 'robot', what: { owner: 'robot' }, code: 'UNPROCESSABLE' },
    { name: 'that leaves an agent to nobody', of: 'robot', what: { owner: 'nobody' }, code: 'UNPROCESSABLE' },
    { name: 'that gives a person an owner', of: 'ada', what: { owner: 'administrator' }, code: 'UNPROCESSABLE' },
    { name: 'of nobody', of: 'nobody', what: { trust: 1 }, code: 'NOT_FOUND' },
  ] as const)('$name', async ({ of, what, code }) => {
    const { register, change } = await open()
    await register({ ...PERSON, name: 'ada' })
    await register({ ...AGENT, name: 'robot', owner: 'ada' })
    expect(await codeOf(() => change(of, what))).toBe(code)
  })

  test('of a state that another has changed', async () => {
    const { register, change } = await open()
    await register({ ...PERSON, name: 'ada' })
    await change('ada', { trust: 50 })
    expect(await codeOf(() => change('ada', { trust: 40 }, undefined, (revision) => revision === 1))).toBe(
      'REVISION_MISMATCH',
    )
    const codes = await Promise.all([10, 20, 30].map((trust) => codeOf(() => change('ada', { trust }))))
    expect(codes.filter((code) => code === 'carried out')).toHaveLength(1)
  })
})

describe('a change', () => {
  test('is told with what was and what is, and one that changes nothing is not told', async () => {
    const { register, change, leaves } = await open()
    await register({ ...PERSON, name: 'ada' })
    const { subject, revision } = await change('ada', { roles: ['auditor'], trust: 70, active: false })
    expect([subject.roles, subject.trust, subject.active, revision]).toEqual([['auditor'], 70, false, 2])
    expect((await leaves()).at(-1)).toMatchObject({
      type: 'subject.changed',
      subject: `subject/${subject.id}`,
      payload: {
        roles: { before: ['member'], after: ['auditor'] },
        trust: { before: 60, after: 70 },
        active: { before: true, after: false },
      },
    })
    expect((await change('ada', { active: false, trust: 70 })).revision).toBe(2)
    expect(await leaves()).toHaveLength(3)
  })

  test('is seen at once through every registry over the store, by id and by name', async () => {
    const { openSubjects, register, change } = await open()
    const { id } = await register({ ...PERSON, name: 'ada' })
    const others = [openSubjects(), openSubjects()]
    for (const other of others) expect((await other.resolve('ada'))?.trust).toBe(60)
    await change('ada', { trust: 30 })
    for (const other of others) {
      expect((await other.resolve('ada'))?.trust).toBe(30)
      expect((await other.resolve(id))?.trust).toBe(30)
    }
  })

  test('is not undone in memory by a reading that began before it', async () => {
    const { store, administrator, register, change } = await open()
    const { id } = await register({ ...PERSON, name: 'ada' })
    const held = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    const slow = Object.assign(Object.create(store), {
      append: store.append.bind(store),
      records: Object.assign(Object.create(store.records), {
        find: async (collection: string, key: string) => {
          const found = await store.records.find(collection, key)
          read.resolve()
          await held.promise
          return found
        },
      }),
    })
    const subjects = new Subjects({ store: slow, clock: () => 0, newId: () => administrator.id })
    const reading = subjects.find(id)
    await read.promise
    await change('ada', { active: false })
    subjects.forget(id) // what is changed through another store's name is told by whoever changed it
    held.resolve()
    await reading
    expect((await subjects.find(id))?.active).toBe(false)
  })
})

test('a row of an earlier version has no owner and is active', async () => {
  const { store, openSubjects } = await open()
  const grant = grantOf('subject.create')
  const row: SubjectRow = {
    id: '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10',
    kind: 'person',
    name: 'old',
    roles: ['member'],
    trust: 60,
    createdAt: 0,
  }
  const put = store.records.put(grant, 'subjects', row.id, row)
  await commit(store, commandOf(grant, [put]))
  expect(await openSubjects().find(row.id)).toEqual({ ...row, owner: null, active: true })
})
