import { expect, test } from 'vitest'
import { registerSinkKinds } from '#mesh'
import { boxKind, openMesh } from '../../platform/mesh/testing.ts'
import { grantOf } from '../../platform/store/testing.ts'
import { EventMesh, MESH_FILE_MS } from './event-mesh.ts'

const ROUTE = `version: 1
routes:
  - name: one
    match: [cascade.test.*]
    sinks: [{kind: box, name: ops}]
`

async function openJob(first: string | undefined) {
  const world = await openMesh([])
  let [text, time] = [first, 0]
  let look = async (): Promise<void> => undefined
  const errors: string[] = []
  let halt = new AbortController()
  const tell = (message: string) => void errors.push(message)
  const job = new EventMesh({
    mesh: world.mesh,
    kinds: registerSinkKinds([boxKind(async () => undefined)]),
    file: { stamp: () => text && String(text), read: () => text },
    grant: () => grantOf('mesh.apply'),
    clock: () => time,
    log: { debug: () => undefined, info: () => undefined, warn: tell, error: tell },
    every: (work) => {
      look = work
      return { [Symbol.dispose]: () => undefined }
    },
    halt: () => halt.signal,
  })
  return {
    ...{ job, errors, emit: world.emit, world },
    raise: () => halt.abort(),
    lift: () => {
      halt = new AbortController()
    },
    write: (next: string | undefined) => {
      text = next
    },
    async tick() {
      time += MESH_FILE_MS
      await look()
      await world.mesh.settled()
    },
    routes: () => job.state().lanes.map(({ route }) => route),
    [Symbol.asyncDispose]: () => job[Symbol.asyncDispose](),
  }
}

test('without a file there are no routes, and one that comes is in force once it rests', async () => {
  await using job = await openJob(undefined)
  await job.tick()
  expect([job.routes(), job.job.state().found, job.job.finding.status]).toEqual([[], false, 'ok'])
  job.write(ROUTE)
  await job.tick()
  expect(job.routes()).toEqual([])
  await job.tick()
  expect(job.routes()).toEqual(['one'])
})

test('a file that is wrong leaves the routes before it, and health and the log say so until it is mended', async () => {
  await using job = await openJob(ROUTE)
  await job.tick()
  job.write(ROUTE.replace('box', 'pigeon'))
  await job.tick()
  await job.tick()
  await job.tick()
  expect(job.routes()).toEqual(['one'])
  expect(job.job.finding).toMatchObject({ status: 'degraded', detail: 'mesh.yml is wrong; the routes before it count' })
  expect(job.job.state().problem).toContain(
    'line 5: routes[0].sinks[0].kind: there is no kind "pigeon". Expected one of box',
  )
  expect(job.errors).toHaveLength(1)
  job.write(ROUTE.replace('one', 'two'))
  await job.tick()
  await job.tick()
  expect([job.routes(), job.job.finding.status]).toEqual([['two'], 'ok'])
})

test('a file that goes ends no route and says so; one that says that there are none does', async () => {
  await using job = await openJob(ROUTE)
  await job.tick()
  job.write(undefined)
  await job.tick()
  await job.tick()
  expect([job.routes(), job.job.state().found, job.job.finding.status]).toEqual([['one'], false, 'degraded'])
  expect(job.errors).toEqual([expect.stringContaining('its routes keep their places')])
  await job.emit([{}])
  await job.tick()
  expect(job.world.delivered).toHaveLength(1)
  job.write('version: 1\nroutes: []\n')
  await job.tick()
  await job.tick()
  expect([job.routes(), job.job.state().found, job.job.finding.status]).toEqual([[], true, 'ok'])
})

test('in an emergency nothing is delivered and no routes change, and after it everything goes on', async () => {
  await using job = await openJob(ROUTE)
  await job.tick()
  job.raise()
  job.write(ROUTE.replace('one', 'two'))
  await job.emit([{}])
  await job.tick()
  await job.tick()
  expect([job.world.delivered, job.routes()]).toEqual([[], ['one']])
  job.lift()
  await job.tick()
  await job.tick()
  expect([job.world.delivered.length, job.routes()]).toEqual([1, ['two']])
})
