import { publishedType } from '@forge-cascade/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBusMessage, toEventType } from './bus-message.ts'

test.for([
  ['OrderPlaced', 'order.placed'],
  ['order:placed', 'order.placed'],
  ['orders/eu/placed', 'orders.eu.placed'],
  ['order_placed', 'legacy.order_placed'],
  ['orders', 'legacy.orders'],
  ['cascade.capsule.created', 'legacy.cascade.capsule.created'],
  ['42.answers', 'legacy.42.answers'],
  ['  ', ''],
] as const)('%j is %s here', ([name, type]) => {
  expect(toEventType(name)).toBe(type)
})

test('words before it make any name a type', () => {
  expect(toEventType('orders', 'shop')).toBe('shop.orders')
})

test('whatever a bus calls its messages is a type of ours, or has no word in it', () => {
  const isType = (name: string) => publishedType.safeParse(toEventType(name).slice(0, 128)).success
  fc.assert(
    fc.property(fc.string({ maxLength: 40, unit: 'binary' }), (name) => isType(name) || !/[a-z0-9]/i.test(name)),
    { numRuns: 10_000 },
  )
})

test('a line is a message of any bus, or a CloudEvent whose source and id tell a repetition', () => {
  expect(readBusMessage('{"type":"OrderPlaced","payload":{"order":1},"id":7}', undefined)).toEqual({
    ...{ type: 'order.placed', payload: { order: 1 }, key: '["","","7"]' },
  })
  const event = { specversion: '1.0', id: 'a', source: '/shop', type: 'shop.order.placed', data: [1] }
  expect(readBusMessage(JSON.stringify(event), undefined)).toEqual({
    ...{ type: 'shop.order.placed', payload: [1], key: '["","/shop","a"]' },
  })
  expect(readBusMessage('{"type":"a.b"}', undefined)).toEqual({ type: 'a.b', payload: null, key: undefined })
})

test.for(['', '[]', '{}', '{"type":5}', '{"type":"a.b"'])('%j is none', (line) => {
  expect(() => readBusMessage(line, undefined)).toThrow()
})
