import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { withAppend } from '../../src/platform/store/testing/with-append.ts'
import { type ApprovalLeg, openApprovalWorld } from './approval-world.ts'

// Written by the test. Goes on with what was left, then has requests wait and approves them, until it is cut off.
const leg = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ApprovalLeg
let writes = 0

async function write<T>(work: () => Promise<T>): Promise<T> {
  if (writes++ !== leg.diesAt) return work()
  // It goes on beside, as far as it comes.
  if (leg.isWithin) void Promise.allSettled([work()])
  await pause(leg.afterMs)
  process.kill(process.pid, 'SIGKILL')
  return new Promise<never>(() => undefined)
}

await using world = await openApprovalWorld(leg.directory, (store) =>
  withAppend(store, (commands) => write(() => store.append(commands))),
)
await world.approvals.sweep(new AbortController().signal)
for (const reason of leg.reasons) {
  const id = await world.park(reason)
  await Promise.allSettled([world.approve(id), world.approve(id), world.approve(id)])
}
