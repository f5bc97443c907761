import { expect, test } from 'vitest'
import { validateEnvelope, validateTrust } from './event-validators.ts'
import { openMesh, routeOf } from './testing.ts'

test.for([
  { name: 'in quarantine', trust: 0, min: 1, reason: 'the source is in quarantine, and the route asks for 1' },
  {
    name: 'trusted too little',
    trust: 59,
    min: 60,
    reason: 'the source is trusted with 59, and the route asks for 60',
  },
  { name: 'unknown', trust: undefined, min: 41, reason: 'the source is trusted with 40, and the route asks for 41' },
])('an event of a source that is $name reaches nobody, and is a dead letter', async ({ trust, min, reason }) => {
  const validators = [validateEnvelope, validateTrust(async () => trust)]
  await using mesh = await openMesh([routeOf({ minTrust: min })], { validators })
  await mesh.emit([{}])
  await mesh.run()
  expect(mesh.tried).toEqual([])
  const { items } = await mesh.mesh.letters.list({ limit: 10 })
  expect(items.map(({ value }) => value)).toMatchObject([{ cause: 'trust', reason, attempts: 0 }])
})

test('an event of a source that is trusted just enough is delivered', async () => {
  await using mesh = await openMesh([routeOf({ minTrust: 60 })], { validators: [validateTrust(async () => 60)] })
  await mesh.emit([{}])
  await mesh.run()
  expect(mesh.delivered).toHaveLength(1)
})

test('a validator that breaks lets nothing out and gives nothing up', async () => {
  let isBroken = true
  const validator = () => {
    if (isBroken) throw new Error('the rules cannot be read')
    return { kind: 'pass' } as const
  }
  await using mesh = await openMesh([routeOf({})], { validators: [validator] })
  await mesh.emit([{}])
  await mesh.run()
  expect(mesh.tried).toEqual([])
  expect(mesh.mesh.status()).toMatchObject([{ state: 'waiting', reason: 'the rules cannot be read' }])
  isBroken = false
  await mesh.run(1000)
  expect(mesh.delivered).toHaveLength(1)
})

test('what is no event is refused by its schema', async () => {
  await using mesh = await openMesh([routeOf({})], { validators: [validateEnvelope] })
  await mesh.emit([{ subject: 'nothing' }])
  await mesh.run()
  const { items } = await mesh.mesh.letters.list({ limit: 10 })
  expect(items.map(({ value }) => value)).toMatchObject([
    { cause: 'schema', reason: 'expected a subject such as capsule/<id>' },
  ])
})
