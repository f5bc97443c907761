import { beforeEach, expect, test } from 'vitest'
import { openOutboxCarrier } from '../../adapters/carriers/outbox-carrier.ts'
import { ADA, EVE, GRACE, PEOPLE, proposing } from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, propose, activate, withdraw } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

const eventsOf = async (by: { readonly name: string }, type: string) =>
  (await http.send('GET', `/v2/events?type=${type}`, as(by))).json().items

test('what a system brings in that names nobody says source legacy and actor system, everywhere but in the log', async () => {
  const body = { type: 'shop.order.placed', payload: { order: 1 }, legacy: true }
  expect((await http.send('POST', '/v2/events', { body, ...as(ADA) })).statusCode).toBe(201)
  const [told] = await eventsOf(GRACE, 'shop.**')
  expect(told).toMatchObject({ source: 'legacy', actor: 'system', data: { payload: { order: 1 } } })
  expect(Object.keys(told.data)).toEqual(['id', 'payload'])
  const { store } = http.world.context
  const { events } = await openOutboxCarrier(store).read(-1, 100)
  expect(events.filter(({ type }) => type === body.type)).toMatchObject([{ source: 'legacy', actor: 'system' }])
  const [entry] = await store.ledger.list({ type: 'event.published' }, { limit: 1 })
  expect(entry?.leaf.actor).toBe(ADA.id)
  expect((await http.send('GET', `/v2/events?type=shop.**&actor=${ADA.id}`)).json().items).toEqual([])
})

test('what is said of itself is never taken for the mark', async () => {
  const body = { type: 'shop.order.placed', payload: { legacy: true } }
  await http.send('POST', '/v2/events', { body, ...as(ADA) })
  expect(await eventsOf(ADA, 'shop.**')).toMatchObject([{ actor: ADA.id, data: { payload: { legacy: true } } }])
})

test('members hear of what is voted on, and of no draft of somebody else', async () => {
  const { id } = await propose(ADA)
  const { id: other } = await propose(ADA)
  await activate(ADA, id)
  await withdraw(ADA, other)
  const typesFor = async (by: { readonly name: string }) =>
    (await eventsOf(by, 'cascade.proposal.*')).map(({ type }: { readonly type: string }) => type.split('.')[2])
  expect(await typesFor(EVE)).toEqual(['activated', 'opened'])
  expect(await typesFor(ADA)).toEqual(['created', 'created', 'activated', 'opened', 'closed'])
})
