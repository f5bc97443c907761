import { describe, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import type { Grant } from '#store'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { watchRecords } from '../../platform/store/testing/watch-records.ts'
import { codeOf, createTestClock, grantOf, TEST_START_MS } from '../../platform/store/testing.ts'
import { SUBJECT_COLLECTIONS } from './subject.ts'
import { Subjects } from './subjects.ts'

const NOBODY = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const may = () => grantOf('subject.create')
const never = (): Grant<'subject.create'> => {
  throw new Error('nobody needs to be asked')
}

function open() {
  const { clock } = createTestClock()
  const store = watchRecords(openMemoryStore({ collections: SUBJECT_COLLECTIONS, clock }))
  const newId = createUuidV7(clock, systemRandom)
  const openSubjects = (keptMax?: number) =>
    new Subjects({ store, clock, newId, ...(keptMax === undefined ? {} : { keptMax }) })
  return { store, subjects: openSubjects(), openSubjects }
}

type Opened = ReturnType<typeof open>

const registered = async ({ store }: Opened) => (await store.records.list('subjects', { limit: 1000 })).items
const leavesOf = ({ store }: Opened) => store.changesSince(-1, 1000)

describe('what was not there', () => {
  test('an id that nobody has is refused, and nobody is registered', async () => {
    const opened = open()
    expect(await codeOf(() => opened.subjects.resolveOrRegister(NOBODY, never))).toBe('UNPROCESSABLE')
    expect(await opened.subjects.resolve(NOBODY)).toBeUndefined()
    expect(await leavesOf(opened)).toEqual([])
  })

  test.for([
    { name: 'an id in upper case', text: NOBODY.toUpperCase() },
    { name: 'two lines', text: 'ada\nadministrator' },
    { name: 'nothing', text: '' },
    { name: 'a text of a megabyte', text: 'a'.repeat(2 ** 20) },
    { name: 'a lone surrogate', text: '\ud800' },
  ])('$name becomes no subject', async ({ text }) => {
    const opened = open()
    expect(await codeOf(() => opened.subjects.resolveOrRegister(text, never))).toBe('UNPROCESSABLE')
    expect(await opened.subjects.resolve(text)).toBeUndefined()
    expect(await registered(opened)).toEqual([])
  })

  test('what was absent is found once it is registered elsewhere', async () => {
    const { subjects, openSubjects } = open()
    expect(await subjects.findByName('ada')).toBeUndefined()
    const ada = await openSubjects().resolveOrRegister('ada', may)
    expect(await subjects.findByName('ada')).toEqual(ada)
    expect(await subjects.find(ada.id)).toEqual(ada)
  })

  test('a refused grant registers nobody', async () => {
    const opened = open()
    const grant = () => grantOf('capsule.read') as Grant as Grant<'subject.create'> // a grant of another action
    expect(await codeOf(() => opened.subjects.resolveOrRegister('ada', grant))).toBe('FORBIDDEN')
    expect(await registered(opened)).toEqual([])
  })

  test('a closed store says so', async () => {
    const { store, subjects } = open()
    await store[Symbol.asyncDispose]()
    expect(await codeOf(() => subjects.resolveOrRegister('ada', may))).toBe('UNAVAILABLE')
  })
})

describe('first uses of a name at once', () => {
  test('make one subject, whose registration is told once', async () => {
    const opened = open()
    const found = await Promise.all(
      Array.from({ length: 50 }, () => opened.subjects.resolveOrRegister('Ada Lovelace', may)),
    )
    expect(new Set(found.map(({ id }) => id)).size).toBe(1)
    expect(await registered(opened)).toHaveLength(1)
    expect((await leavesOf(opened)).map(({ leaf }) => leaf.type)).toEqual(['subject.registered'])
  })

  test('make one subject also through two registries, in several spellings', async () => {
    const opened = open()
    const registries = [opened.subjects, opened.openSubjects()]
    const spellings = ['Zoe\u0308', 'zo\u00eb', 'ZO\u00cb']
    const uses = registries.flatMap((subjects) => spellings.map((name) => subjects.resolveOrRegister(name, may)))
    const ids = (await Promise.all(uses)).map(({ id }) => id)
    expect(new Set(ids).size).toBe(1)
    expect(await registered(opened)).toHaveLength(1)
  })

  test('of the administrator make one administrator', async () => {
    const opened = open()
    const registries = [opened.subjects, opened.openSubjects(), opened.openSubjects()]
    const found = await Promise.all(registries.map((subjects) => subjects.openAdministrator(may)))
    expect(new Set(found.map(({ id }) => id)).size).toBe(1)
    expect(await registered(opened)).toHaveLength(1)
  })
})

describe('a registered subject', () => {
  test('is a person without credentials who may do nothing special, named as first written', async () => {
    const opened = open()
    const ada = await opened.subjects.resolveOrRegister('Ada', may)
    const fields = {
      kind: 'person',
      name: 'Ada',
      roles: ['member'],
      trust: 60,
      owner: null,
      active: true,
      createdAt: TEST_START_MS,
    }
    expect(ada).toEqual({ id: ada.id, ...fields })
    expect(await opened.subjects.resolveOrRegister('ADA', never)).toEqual(ada)
    expect(await opened.subjects.resolve(ada.id)).toEqual(ada)
  })

  test('is told in the log by its id, never by its name', async () => {
    const opened = open()
    const ada = await opened.subjects.resolveOrRegister('Ada Lovelace', may)
    const [entry] = await leavesOf(opened)
    expect(entry?.leaf.subject).toBe(`subject/${ada.id}`)
    expect(entry?.events.map(({ type }) => type)).toEqual(['cascade.subject.registered'])
    expect(JSON.stringify(entry)).not.toContain('Lovelace')
  })

  test('is known after a restart', async () => {
    const { subjects, openSubjects } = open()
    const ada = await subjects.resolveOrRegister('ada', may)
    const administrator = await subjects.openAdministrator(may)
    const again = openSubjects()
    expect(await again.resolveOrRegister('ada', never)).toEqual(ada)
    expect(await again.openAdministrator(never)).toEqual(administrator)
    expect(administrator).toMatchObject({ roles: ['administrator'], trust: 100 })
  })

  test('lends its name to lists; an id that nobody has has none', async () => {
    const { subjects } = open()
    const ada = await subjects.resolveOrRegister('ada', may)
    expect(await subjects.names([ada.id, NOBODY, ada.id])).toEqual(new Map([[ada.id, 'ada']]))
  })
})

test('more subjects than are kept at hand are all found', async () => {
  const { store, openSubjects } = open()
  const subjects = openSubjects(3)
  const names = Array.from({ length: 10 }, (_, index) => `name ${index}`)
  const registered = []
  for (const name of names) registered.push(await subjects.resolveOrRegister(name, may))
  for (const round of [registered, registered.toReversed()])
    for (const subject of round) {
      expect(await subjects.resolveOrRegister(subject.name, never)).toEqual(subject)
      expect(await subjects.resolve(subject.id)).toEqual(subject)
    }
  expect(store.head()).toBe(9)
})
