import type { AgedCapsule } from '../capsule-body.ts'
import { type CapsuleScope, isInScope } from '../scope.ts'
import type { ArchiveTarget } from './archives.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** So long nothing moves that was changed, or came back out of the archive; as long as its rule says where that is less. */
export const RESTED_DAYS = 7

export interface RetentionRule {
  readonly scope: CapsuleScope
  /** Days after which it moves, counted from the recording of its newest version; null for never. */
  readonly days: number | null
}

/** Rules in order; the first that matches counts. `days` for what none matches, null for never. */
export interface Retention {
  readonly rules: readonly RetentionRule[]
  readonly days: number | null
}

/** Days that a capsule stays, null for ever. */
export const daysOf = ({ rules, days }: Retention, capsule: AgedCapsule): number | null => {
  const rule = rules.find(({ scope }) => isInScope(scope, capsule))
  return rule ? rule.days : days
}

/** Those of a scope whose newest version was recorded more than so many days ago. */
export const olderThan = (days: number, scope: CapsuleScope, now: number): ArchiveTarget => ({
  kind: 'aged',
  before: now - days * DAY_MS,
  isDue: (capsule) => isInScope(scope, capsule),
})

/** What is due by now: nothing where no rule names a number of days. */
export function dueBy(retention: Retention, now: number): ArchiveTarget {
  const all = [retention.days, ...retention.rules.map(({ days }) => days)].filter((days) => days !== null)
  if (all.length === 0) return { kind: 'named', ids: [] }
  return {
    kind: 'aged',
    before: now - Math.min(...all) * DAY_MS,
    isDue: (capsule) => {
      const days = daysOf(retention, capsule)
      if (days === null) return false
      const isRested = capsule.updatedAt < now - Math.min(days, RESTED_DAYS) * DAY_MS
      return isRested && capsule.recordedAt < now - days * DAY_MS
    },
  }
}
