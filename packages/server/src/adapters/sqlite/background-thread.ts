import { existsSync, readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { basename } from 'node:path'

/** Names the thread that asks, as `<process>/task/<thread>`; on Linux alone. */
const OWN_THREAD = '/proc/thread-self'

/**
 * Lets all other threads of the machine go first: for work that nobody waits for. Linux gives each thread a priority of its
 * own; elsewhere, where a process has but one, nothing changes.
 */
export function runInBackground(): void {
  if (process.platform !== 'linux' || !existsSync(OWN_THREAD)) return
  const thread = Number(basename(readlinkSync(OWN_THREAD)))
  // A higher number goes later, and going back to a lower one is forbidden.
  setPriority(thread, Math.max(getPriority(thread), constants.priority.PRIORITY_BELOW_NORMAL))
}
