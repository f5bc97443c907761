import type { Restorable } from '@forge-cascade/contract'
import { minuteOf, number } from './words.ts'

/** What can be restored: points of the shipped log first, then backups, the newest of each first. */
export function restorableLines({ points, backups }: Restorable): string[] {
  if (points.length + backups.length === 0)
    return ['There is nothing to restore: no backup is known, and no log was shipped.']
  return [
    ...points.map(
      ({ from, to, from_at, to_at }) =>
        `any change from ${number(from)} to ${number(to)}  ${minuteOf(from_at)} to ${minuteOf(to_at)}  restore --at`,
    ),
    ...backups.map(
      ({ path, sequence, made_at, reachable }) =>
        `every change up to ${number(sequence)}  ${minuteOf(made_at)}  ${path}${reachable ? '' : '  (not there any more)'}`,
    ),
  ]
}
