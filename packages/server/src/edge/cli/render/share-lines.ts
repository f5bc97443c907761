import type { Share } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf } from './words.ts'

/** One share: its id, with whom it is, what of, and how long. */
export function shareLines(share: Share, { paint, command }: View): string[] {
  const until = share.until === null ? '' : `, until ${minuteOf(share.until)}`
  return [
    `${paint.strong(share.id)}  ${share.right}  ${oneLine(share.with_name ?? share.with)}`,
    `  ${sharedWords(share)}`,
    `  by ${oneLine(share.granted_by_name ?? share.granted_by)}, ${minuteOf(share.granted_at)}${until}`,
    paint.faint(`  ${command(`unshare ${share.id}`)}`),
  ]
}

function sharedWords({ capsule, namespace }: Share): string {
  if (namespace === null) return `capsule ${capsule}`
  const { owner, ...scope } = namespace
  const named = Object.entries(scope).map(([name, value]) => `${name} ${oneLine(value)}`)
  return [...named, ...(owner === null ? [] : [`of ${owner}`])].join(', ')
}
