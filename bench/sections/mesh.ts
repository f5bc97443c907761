import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { CascadeEvent } from '../../packages/server/src/platform/store/index.ts'
import { openMeshWorld } from '../../packages/server/test/crash/mesh-world.ts'
import type { BenchContext } from '../bench-context.ts'
import { medianOf, quantilesOf } from '../measure/quantiles.ts'

const EVENTS = 5_000
const SINGLE_EVENTS = 200

/** Events from their commit to a sink that does nothing, beside an emitter in memory that is handed the same. */
export async function measureMesh({ report, options, folder }: BenchContext): Promise<void> {
  report.begin('Mesh: events to a sink in the process')
  const heard: CascadeEvent[] = []
  let hear = (): void => undefined
  await using world = await openMeshWorld(join(folder, 'mesh'), async ({ event }) => {
    heard.push(event)
    hear()
  })
  const [perSecond, floors, latencies]: [number[], number[], ReturnType<typeof quantilesOf>[]] = [[], [], []]
  for (let round = 0; round < options.rounds; round++) {
    heard.length = 0
    for (let written = 0; written < EVENTS; written += world.batch) await world.emit(world.batch)
    const startedAt = performance.now()
    await world.drain()
    perSecond.push((heard.length / (performance.now() - startedAt)) * 1000)
    floors.push(emitAll(heard))
    const times: number[] = []
    for (let one = 0; one < SINGLE_EVENTS; one++) {
      await world.emit(1)
      const came = Promise.withResolvers<void>()
      hear = came.resolve
      const committedAt = performance.now()
      world.tick()
      await came.promise
      times.push(performance.now() - committedAt)
    }
    latencies.push(quantilesOf(times))
  }
  report.times('from the commit to the sink, one event, without the wait for a look', medianOf(latencies))
  report.value(`delivered, ${EVENTS} events of 50 subjects that wait`, perSecond, '/s')
  report.value('the same events through an EventEmitter', floors, '/s')
}

/** Events a second that an emitter hands to one listener. */
function emitAll(events: readonly CascadeEvent[]): number {
  const emitter = new EventEmitter()
  let count = 0
  emitter.on('event', () => count++)
  const startedAt = performance.now()
  for (const event of events) emitter.emit('event', event)
  return (count / (performance.now() - startedAt)) * 1000
}
