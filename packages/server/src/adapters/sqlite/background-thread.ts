import { existsSync, readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { basename } from 'node:path'

/** How the system is asked. */
interface Priorities {
  getPriority(thread: number): number
  setPriority(thread: number, priority: number): void
}

/** Names the thread that asks, as `<process>/task/<thread>`; on Linux alone. */
const OWN_THREAD = '/proc/thread-self'

/**
 * Lets all other threads of the machine go first: for work that nobody waits for. Linux gives each thread a priority of its
 * own; elsewhere, where a process has but one, nothing changes, and neither where a sandbox forbids it.
 *
 * @returns whether the thread stands back now.
 */
export function runInBackground(priorities: Priorities = { getPriority, setPriority }): boolean {
  if (process.platform !== 'linux' || !existsSync(OWN_THREAD)) return false
  try {
    const thread = Number(basename(readlinkSync(OWN_THREAD)))
    // A higher number goes later, and going back to a lower one is forbidden.
    priorities.setPriority(thread, Math.max(priorities.getPriority(thread), constants.priority.PRIORITY_BELOW_NORMAL))
    return true
  } catch {
    // The work is to be done all the same: services are often run without the right to set priorities.
    return false
  }
}
