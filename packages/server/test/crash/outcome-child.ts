import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { withAppend } from '../../src/platform/store/testing/with-append.ts'
import { type OutcomeLeg, openOutcomeWorld } from './outcome-world.ts'

// Written by the test. Tells of what was left, then acts, until it is cut off.
const leg = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as OutcomeLeg
let act = -1

async function dieAt(place: OutcomeLeg['diesAt'], beside?: () => Promise<unknown>): Promise<void> {
  if (leg.diesAt !== place || leg.diesIn !== act) return
  // It goes on beside, as far as it comes.
  if (beside) void Promise.allSettled([beside()])
  await pause(leg.afterMs)
  process.kill(process.pid, 'SIGKILL')
  await new Promise<never>(() => undefined)
}

await using world = await openOutcomeWorld(leg.directory, (store) =>
  withAppend(store, async (commands) => {
    const isOutcome = commands.some(({ decision }) => decision?.record.type === 'decision.ended')
    if (isOutcome) await dieAt('within the outcome', () => store.append(commands))
    return store.append(commands)
  }),
)
await world.sweep()
for (act = 0; act < leg.acts; act++) {
  const grant = world.grant()
  await world.gate.carryOut(grant, async () => {
    await dieAt('before the effect')
    writeFileSync(join(leg.effects, grant.decisionId), '')
    await dieAt('after the effect')
  })
}
