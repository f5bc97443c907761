import { describe, expect, test } from 'vitest'
import { DeliveryFailure } from './mesh-sink.ts'
import { openMesh, routeOf } from './testing.ts'
import { MESH_WINDOW_MAX } from './window.ts'

describe('a route', () => {
  test('hands each event that matches to its sink, in order, and nothing else', async () => {
    await using mesh = await openMesh([routeOf({})])
    const ids = await mesh.emit([{}, { type: 'cascade.other.happened' }, { subject: 'test/2' }])
    await mesh.run()
    expect(mesh.delivered.map(({ id }) => id)).toEqual([ids[0], ids[2]])
  })

  test('is not begun before its validators are up, and says so', async () => {
    await using mesh = await openMesh([routeOf({})], { isArmed: false })
    await mesh.emit([{}])
    await mesh.run()
    expect(mesh.delivered).toEqual([])
    expect(mesh.mesh.status()).toMatchObject([
      { state: 'waiting', reason: 'the validators are not up', lag: expect.any(Number) },
    ])
    mesh.mesh.arm([])
    await mesh.run()
    expect(mesh.delivered).toHaveLength(1)
  })

  test('tries again what fails, later each time, and gives it up into a dead letter with the reason', async () => {
    await using mesh = await openMesh([routeOf({ retry: { attempts: 3 } })])
    mesh.behave(() => {
      throw new Error('the other side is away')
    })
    const [id] = await mesh.emit([{}])
    for (let look = 0; look < 12; look++) await mesh.run(1000)
    expect(mesh.tried.filter((event) => event.id === id)).toHaveLength(3)
    const { items } = await mesh.mesh.letters.list({ limit: 10 })
    expect(items.map(({ value }) => value)).toMatchObject([
      { route: 'all', sink: 'box', attempts: 3, cause: 'delivery', reason: 'the other side is away' },
    ])
  })

  test('gives up at once what can never be taken, and delivers it where it is replayed', async () => {
    await using mesh = await openMesh([routeOf({})])
    mesh.behave(() => {
      throw new DeliveryFailure('permanent', 'gone')
    })
    const [id] = await mesh.emit([{}])
    await mesh.run()
    expect(mesh.tried).toHaveLength(1)
    mesh.behave(() => undefined)
    expect([...(await mesh.mesh.letters.count(new Set(['all', 'none'])))]).toEqual([['all/box', 1]])
    const { lanes, events } = await mesh.mesh.letters.replay(mesh.call('mesh.replay'), { route: 'all' })
    mesh.mesh.replay(lanes)
    await mesh.run(2000)
    await mesh.run(2000)
    expect(events).toBe(1)
    expect(mesh.delivered.map((event) => event.id)).toEqual([id])
    expect((await mesh.mesh.letters.list({ limit: 10 })).items).toEqual([])
  })

  test('leaves what was discarded while it was delivered again as it is', async () => {
    await using mesh = await openMesh([routeOf({})])
    mesh.behave(() => {
      throw new DeliveryFailure('permanent', 'gone')
    })
    await mesh.emit([{}])
    await mesh.run()
    const { letters } = mesh.mesh
    const { lanes } = await letters.replay(mesh.call('mesh.replay'), { route: 'all' })
    mesh.behave(async () => {
      await letters.discard(mesh.call('mesh.discard'), { route: 'all' })
      throw new DeliveryFailure('permanent', 'gone again')
    })
    mesh.mesh.replay(lanes)
    for (let look = 0; look < 4; look++) await mesh.run(2000)
    expect((await letters.list({ limit: 10 })).items).toEqual([])
    expect(mesh.mesh.status()).toMatchObject([{ state: 'delivering', unsettled: 0 }])
  })

  test('writes down how far it is, however many wait and however long their reasons are', async () => {
    await using mesh = await openMesh([routeOf({ order: 'none', retry: { attempts: 100, lastMs: 3_600_000 } })])
    mesh.behave(() => {
      throw new Error('ü'.repeat(1000))
    })
    await mesh.emit(Array.from({ length: MESH_WINDOW_MAX }, (_, at) => ({ subject: `test/${at}` })))
    for (let look = 0; look < 80; look++) await mesh.run(100)
    expect(mesh.mesh.status()).toMatchObject([{ retrying: MESH_WINDOW_MAX, state: 'delivering' }])
    expect(mesh.trouble).toEqual([])
  })

  test('keeps later events of a subject behind one that fails, and those of others go on', async () => {
    await using mesh = await openMesh([routeOf({ retry: { attempts: 2 } })])
    mesh.behave(({ event }) => {
      if (event.data.poison === true) throw new Error('no')
    })
    const [, second, other] = await mesh.emit([{ data: { poison: true } }, {}, { subject: 'test/2' }])
    await mesh.run()
    expect(mesh.delivered.map(({ id }) => id)).toEqual([other])
    for (let look = 0; look < 5; look++) await mesh.run(2000)
    expect(mesh.delivered.map(({ id }) => id)).toEqual([other, second])
  })

  test('goes on where it was after a restart, and delivers nothing twice that it had written down', async () => {
    await using mesh = await openMesh([routeOf({})])
    await mesh.emit([{}, {}])
    await mesh.run()
    await mesh.restart()
    await mesh.emit([{}])
    await mesh.run(2000)
    expect(mesh.delivered).toHaveLength(3)
  })

  test('what is settled behind one that fails stays so over any number of restarts', async () => {
    await using mesh = await openMesh([routeOf({ retry: { attempts: 100, lastMs: 3_600_000 } })])
    mesh.behave(({ event }) => {
      if (event.data.poison === true) throw new Error('not yet')
    })
    // More than are read at once, so that a save may come before all of them were read again.
    const others = Array.from({ length: 700 }, (_, at) => ({ subject: `test/${at + 2}` }))
    await mesh.emit([{ data: { poison: true } }, ...others])
    for (let look = 0; look < 60; look++) await mesh.run(50)
    expect(mesh.delivered).toHaveLength(others.length)
    for (let restart = 0; restart < 3; restart++) {
      await mesh.restart()
      for (let look = 0; look < 3; look++) await mesh.run(2000)
    }
    expect(mesh.delivered).toHaveLength(others.length)
    mesh.behave(() => undefined)
    for (let look = 0; look < 5; look++) await mesh.run(3_600_000)
    expect(mesh.delivered).toHaveLength(others.length + 1)
  })

  test('with a sink that cannot be opened changes nothing, and those before it go on', async () => {
    await using mesh = await openMesh([routeOf({})])
    const head = mesh.store.head()
    const broken = routeOf({ name: 'new', sinks: [{ kind: 'broken', name: 'b', options: {} }] })
    await expect(mesh.apply([broken])).rejects.toThrow('The key is not there.')
    expect(mesh.store.head()).toBe(head)
    expect(mesh.mesh.config.routes.map(({ name }) => name)).toEqual(['all'])
    await mesh.emit([{}])
    await mesh.run()
    expect(mesh.delivered).toHaveLength(1)
  })

  test('begins a new route at what comes after it, and another at the beginning where it says so', async () => {
    await using mesh = await openMesh([])
    await mesh.emit([{}])
    await mesh.apply([routeOf({}), routeOf({ name: 'old', from: 'beginning' })])
    const [later] = await mesh.emit([{}])
    await mesh.run(2000)
    expect(mesh.delivered.filter(({ id }) => id === later)).toHaveLength(2)
    expect(mesh.delivered).toHaveLength(3)
  })
})

describe('what the mesh says of itself', () => {
  test('is not handed to the route that failed, and two that fail come to an end', async () => {
    await using mesh = await openMesh([
      routeOf({ name: 'one', match: ['**'] }),
      routeOf({ name: 'two', match: ['**'] }),
    ])
    mesh.behave(() => {
      throw new DeliveryFailure('permanent', 'never')
    })
    await mesh.emit([{}])
    for (let look = 0; look < 10; look++) await mesh.run(2000)
    const head = mesh.store.head()
    for (let look = 0; look < 5; look++) await mesh.run(2000)
    expect(mesh.store.head()).toBe(head)
    const { items } = await mesh.mesh.letters.list({ limit: 100 })
    const own = items.filter(({ value }) => value.event.type === 'cascade.mesh.dead_lettered')
    for (const { value } of own) {
      const failed = mesh.tried.find(({ id }) => id === value.event.id)
      expect(failed?.data.route).not.toBe(value.route)
    }
    expect(own).toHaveLength(2)
  })
})

test('a sink that asks for a pause gets it, and no try counts', async () => {
  await using mesh = await openMesh([routeOf({ retry: { attempts: 1 } })])
  let isFirst = true
  mesh.behave(() => {
    if (!isFirst) return
    isFirst = false
    throw new DeliveryFailure('slow down', 'too many', { retryAfterMs: 5000 })
  })
  await mesh.emit([{}])
  await mesh.run()
  await mesh.run(4000)
  expect(mesh.delivered).toEqual([])
  expect(mesh.mesh.status()).toMatchObject([{ state: 'waiting', reason: 'too many' }])
  await mesh.run(1000)
  expect(mesh.delivered).toHaveLength(1)
  expect((await mesh.mesh.letters.list({ limit: 10 })).items).toEqual([])
})

test('an emergency ends what is under way without counting it, and after it everything goes on', async () => {
  await using mesh = await openMesh([routeOf({ retry: { attempts: 1 } })])
  const began = Promise.withResolvers<void>()
  mesh.behave(async () => {
    began.resolve()
    await new Promise(() => undefined)
  })
  await mesh.emit([{}])
  const emergency = new AbortController()
  mesh.mesh.tick(emergency.signal)
  await began.promise
  emergency.abort()
  await mesh.mesh.settled()
  mesh.behave(() => undefined)
  await mesh.run()
  expect(mesh.delivered).toHaveLength(1)
})
