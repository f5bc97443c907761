import { describe, expect, test } from 'vitest'
import { isUuid } from '#base'
import { commit, eventOf, grantOf, noteOf, recordOf, type StoreUnderTest, shareStore } from './testing.ts'
import type { CascadeEvent, ChangeEntry, UnitOfWork } from './unit-of-work.ts'

/** What every store promises about the events that go out. */
export function describeOutbox(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}: outbox`, () => {
    const under = shareStore(open)

    test('an empty store has no newest leaf and nothing to hand on', async () => {
      const { store } = await open()
      expect(store.head()).toBe(-1)
      expect(await store.changesSince(-1, 10)).toEqual([])
      expect(await store.changesSince(5, 10)).toEqual([])
      await store[Symbol.asyncDispose]()
    })

    test('an event is a CloudEvent with our extensions', async () => {
      const { store, clock } = under
      const grant = grantOf('system.read', { subject: '01900000-0000-7000-8000-00000000abcd' })
      const data = { words: 'grüße "\u0000" 😀', nested: { list: [1, null, true] } }
      const events = [eventOf({ type: 'cascade.test.told', subject: 'test/42', data })]
      const { sequence } = await commit(store, { ...noteOf(), grant, records: [recordOf(grant)], events })
      const [entry] = await store.changesSince(sequence - 1, 1)
      const [event] = entry!.events
      expect(event).toMatchObject({
        specversion: '1.0',
        type: 'cascade.test.told',
        subject: 'test/42',
        datacontenttype: 'application/json',
        time: new Date(clock.clock()).toISOString(),
        actor: grant.subject,
        correlationid: grant.correlationId,
        decisionid: grant.decisionId,
        sequence,
        data,
      })
      expect(isUuid(event!.id)).toBe(true)
      expect(event!.source.length).toBeGreaterThan(0)
      for (const attribute of Object.keys(event!)) expect(attribute).toMatch(/^[a-z0-9]{1,20}$/)
      expect(JSON.parse(JSON.stringify(event))).toEqual(event)
    })

    test('events of a command keep their order, have ids of their own and stand under its leaves', async () => {
      const { store } = under
      const command = noteOf()
      const from = store.head()
      const records = [recordOf(command.grant), recordOf(command.grant)]
      const events = Array.from({ length: 5 }, (_, index) => eventOf({ data: { index } }))
      await commit(store, { ...command, records, events })
      const entries = await store.changesSince(from, 10)
      expect(entries.map(({ sequence }) => sequence)).toEqual([from + 1, from + 2])
      expect(told(entries).map(({ data }) => data)).toEqual(events.map(({ data }) => data))
      expect(new Set(told(entries).map(({ id }) => id)).size).toBe(5)
      for (const entry of entries) for (const event of entry.events) expect(event.sequence).toBe(entry.sequence)
    })

    test('what failed sends nothing', async () => {
      const { store } = under
      const from = store.head()
      const events = [eventOf({ type: 'cascade.test.failed' })]
      const bad = noteOf({ payload: { value: Number.NaN } })
      await store.append([{ ...noteOf(), events }, { ...bad, events }, noteOf()])
      expect(told(await store.changesSince(from, 10))).toHaveLength(1)
    })

    test('pages of any size hand on every leaf once, in order, and again from anywhere', async () => {
      const { store } = under
      const from = store.head()
      await store.append(
        Array.from({ length: 57 }, (_, index) => ({ ...noteOf(), events: [eventOf({ data: { index } })] })),
      )
      const whole = await store.changesSince(from, 1000)
      expect(whole.map(({ sequence }) => sequence)).toEqual(whole.map((_, index) => from + 1 + index))
      for (const limit of [1, 10, 56, 57, 58]) expect(await readAll(store, from, limit)).toEqual(whole)
      expect(await store.changesSince(from + 30, 1000)).toEqual(whole.slice(30))
      expect(await store.changesSince(store.head(), 10)).toEqual([])
      expect(await store.changesSince(store.head() + 100, 10)).toEqual([])
    })

    test('each entry holds the leaf that the ledger holds', async () => {
      const { store } = under
      const { sequence } = await commit(store, noteOf({ payload: { b: 1, a: 'ä' } }))
      const [entry] = await store.changesSince(sequence - 1, 1)
      expect(entry!.leaf).toEqual((await store.ledger.find(sequence))!.leaf)
    })
  })
}

const told = (entries: readonly ChangeEntry[]): CascadeEvent[] => entries.flatMap(({ events }) => events)

async function readAll(store: UnitOfWork, from: number, limit: number): Promise<ChangeEntry[]> {
  const all: ChangeEntry[] = []
  for (let page = await store.changesSince(from, limit); page.length > 0; ) {
    expect(page.length).toBeLessThanOrEqual(limit)
    all.push(...page)
    page = await store.changesSince(page.at(-1)!.sequence, limit)
  }
  return all
}
