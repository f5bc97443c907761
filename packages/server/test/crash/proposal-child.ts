import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { withAppend } from '../../src/platform/store/testing/with-append.ts'
import { KINDS, openProposalWorld, type ProposalLeg, storeIn } from './proposal-world.ts'

// Written by the test. Goes on with what was left, then has proposals voted on and carried out, until it is cut off.
const leg = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ProposalLeg
let writes = 0

async function write<T>(work: () => Promise<T>): Promise<T> {
  if (writes++ !== leg.diesAt) return work()
  // It goes on beside, as far as it comes.
  if (leg.isWithin) void Promise.allSettled([work()])
  await pause(leg.afterMs)
  process.kill(process.pid, 'SIGKILL')
  return new Promise<never>(() => undefined)
}

await using world = await openProposalWorld(storeIn(leg.directory), leg.hours, {
  wrap: (store) => withAppend(store, (commands) => write(() => store.append(commands))),
  onTrouble: (message, cause) => {
    throw new Error(message, { cause })
  },
})
await world.sweep()
for (const [at, kind] of KINDS.entries()) {
  const id = await world.propose(kind, leg.made + at)
  await world.putToTheVote(id)
  world.wait(3)
  await Promise.allSettled([world.sweep(), world.sweep(), world.execution.execute(id)])
}
