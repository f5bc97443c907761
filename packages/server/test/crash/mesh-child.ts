import { appendFileSync, readFileSync } from 'node:fs'
import { type MeshLeg, openMeshWorld } from './mesh-world.ts'

// Written by the test. Writes events and delivers them until it is cut off.
const leg = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as MeshLeg
let left = leg.diesAfter
await using world = await openMeshWorld(leg.directory, async ({ event }) => {
  appendFileSync(leg.delivered, `${event.id} ${event.subject}\n`)
  if (left-- === 0) process.kill(process.pid, 'SIGKILL')
})
for (let written = 0; written < leg.events; written += world.batch) {
  await world.emit(Math.min(world.batch, leg.events - written))
  world.tick()
}
await world.drain()
