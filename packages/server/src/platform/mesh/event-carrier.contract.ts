import { describe, expect, test } from 'vitest'
import { commandOf, commit, eventOf, grantOf, type PlatformStore } from '../store/testing.ts'
import type { EventCarrier } from './event-carrier.ts'

export interface CarrierUnderTest extends AsyncDisposable {
  readonly store: PlatformStore
  readonly carrier: EventCarrier
}

/** What every carrier keeps to: order, completeness, and the same answer each time. */
export function describeEventCarrier(name: string, open: () => Promise<CarrierUnderTest>): void {
  const fill = async (store: PlatformStore, count: number) => {
    for (let index = 0; index < count; index++) {
      const events =
        index % 3 === 2 ? [] : [eventOf({ subject: `test/${index}` }), eventOf({ subject: `test/${index}` })]
      await commit(store, commandOf(grantOf('system.read'), [], { events }))
    }
  }

  describe(`a carrier of events: ${name}`, () => {
    test('brings nothing, and stays where it is, where there is nothing', async () => {
      await using under = await open()
      expect(under.carrier.head()).toBe(-1)
      expect(await under.carrier.read(-1, 10)).toEqual({ events: [], upTo: -1 })
    })

    test.for([1, 2, 7, 100])('brings every event once and in order, in pages of %i', async (limit) => {
      await using under = await open()
      await fill(under.store, 10)
      const told: { subject: string; sequence: number }[] = []
      for (let at = -1; at < under.carrier.head(); ) {
        const page = await under.carrier.read(at, limit)
        told.push(...page.events.map(({ subject, sequence }) => ({ subject, sequence })))
        expect(page.upTo).toBeGreaterThan(at)
        at = page.upTo
      }
      const outbox = await under.store.changesSince(-1, 100)
      expect(told).toEqual(
        outbox.flatMap(({ events }) => events.map(({ subject, sequence }) => ({ subject, sequence }))),
      )
      expect(told).toHaveLength(14)
    })

    test('answers the same when it is asked again, and goes on after what stands under no event', async () => {
      await using under = await open()
      await fill(under.store, 3)
      expect(await under.carrier.read(0, 2)).toEqual(await under.carrier.read(0, 2))
      const page = await under.carrier.read(1, 2)
      expect(page).toEqual({ events: [], upTo: 2 })
      expect(under.carrier.head()).toBe(2)
    })
  })
}
