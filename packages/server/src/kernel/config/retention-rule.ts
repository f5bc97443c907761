import { CAPSULE_TYPES } from '@forge-cascade/contract/vocabulary'

const MEMBERS = ['identity', 'lane', 'fold', 'type', 'tag'] as const
/** A hundred years. */
export const RETENTION_DAYS_MAX = 36_500

/** For a scope, how many days what is in it stays; null for ever. */
export interface RetentionRuleText {
  readonly scope: Readonly<Partial<Record<(typeof MEMBERS)[number], string>>>
  readonly days: number | null
}

/**
 * Reads a rule such as `lane=chat:30`, `lane=contracts&tag=acme:never`: a scope as the query of an address spells it
 * (`%2C` for a comma), and days. Undefined for anything else.
 *
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export function parseRetentionRule(text: string): RetentionRuleText | undefined {
  const [, query = '', end = ''] = /^(.+):(never|\d{1,5})$/.exec(text) ?? []
  const days = end === 'never' ? null : Number(end)
  if (end === '' || (days !== null && (days < 1 || days > RETENTION_DAYS_MAX))) return undefined
  const pairs = [...new URLSearchParams(query)]
  const isKnown = pairs.every(([name, value]) => value !== '' && MEMBERS.some((member) => member === name))
  const isOnce = new Set(pairs.map(([name]) => name)).size === pairs.length
  const scope = Object.fromEntries(pairs)
  if (pairs.length === 0 || !isKnown || !isOnce) return undefined
  if (scope.type !== undefined && !CAPSULE_TYPES.some((type) => type === scope.type)) return undefined
  return { scope, days }
}
