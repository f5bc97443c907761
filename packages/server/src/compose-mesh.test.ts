import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import { validateConstitution } from './compose-mesh.ts'
import { openMesh, routeOf } from './platform/mesh/testing.ts'
import { grantOf } from './platform/store/testing.ts'

test('a type that policies forbid a route is a dead letter, and other types of it are delivered', async () => {
  const asked: string[] = []
  const validator = validateConstitution(
    () => false,
    async (resource) => {
      asked.push(resource)
      if (resource.endsWith('secret')) throw new CascadeError('FORBIDDEN', 'A policy forbids it.')
      return grantOf('mesh.deliver')
    },
  )
  await using mesh = await openMesh([routeOf({})], { validators: [validator] })
  await mesh.emit([{ type: 'cascade.test.secret' }, {}])
  await mesh.run()
  expect(asked.toSorted()).toEqual(['mesh/all/cascade.test.happened', 'mesh/all/cascade.test.secret'])
  expect(mesh.delivered).toHaveLength(1)
  const { items } = await mesh.mesh.letters.list({ limit: 10 })
  expect(items.map(({ value }) => value)).toMatchObject([{ cause: 'constitution', reason: 'A policy forbids it.' }])
})

test('what the gate refuses for the moment waits, and is not given up', async () => {
  const validator = validateConstitution(
    () => false,
    async () => {
      throw new CascadeError('EMERGENCY_ACTIVE', 'An emergency is on.')
    },
  )
  await using mesh = await openMesh([routeOf({})], { validators: [validator] })
  await mesh.emit([{}])
  await mesh.run()
  expect(mesh.mesh.status()).toMatchObject([{ state: 'waiting', reason: 'An emergency is on.', unsettled: 1 }])
  expect((await mesh.mesh.letters.list({ limit: 10 })).items).toEqual([])
})
