import { APPROVAL_LIMITS, APPROVAL_OBSTACLES, type ApprovalObstacle } from '@forge-cascade/contract'
import { CascadeError, canonicalJson, type Random, sha256Hex, toRfc3339 } from '#base'
import type { RecordPut } from '#store'
import { APPROVAL_COLLECTION, type ApprovalOutcome, type ApprovalRow, type Bound, digestOf } from './approval-row.ts'

/** Why what was approved is not carried out. */
export interface Obstacle {
  readonly code: string
  readonly detail: string
}

export const obstacle = (code: ApprovalObstacle): Obstacle => ({ code, detail: APPROVAL_OBSTACLES[code] })
export const UNKNOWN: Obstacle = {
  code: 'OUTCOME_UNKNOWN',
  detail: 'The process ended while it was carried out; look whether it was done, and ask again if not.',
}

const DETAIL_LENGTH = 1000

/** How it ended where it was not carried out, or not to its end. */
export const outcomeOf = ({ code, detail }: Obstacle, at: number): ApprovalOutcome => ({
  ...{ at, code, id: null },
  detail: detail.slice(0, DETAIL_LENGTH).toWellFormed(),
})

/** Of the digests in the log, hex. */
export const newKey = (random: Random): string => Buffer.from(random(new Uint8Array(32))).toString('hex')

/** What is not as it was when somebody approved it; undefined where all is. */
export function whatChanged(row: ApprovalRow, now: Bound): Obstacle | undefined {
  if (digestOf(now) === row.digest) return undefined
  if (now.bundle !== row.bundle) return obstacle('POLICIES_CHANGED')
  if (canonicalJson(now.capsule) !== canonicalJson(row.capsule)) return obstacle('CAPSULE_CHANGED')
  return obstacle(now.owner === row.owner ? 'REQUEST_CHANGED' : 'REQUESTER_CHANGED')
}

/** The same for one approval each time, so that the store carries its command out once. */
export const commandIdOf = (id: string): string => sha256Hex(`approval:${id}`).slice(0, 32)

export const putRow = (row: ApprovalRow, revision: number, expiresAt: number | null = null): RecordPut => ({
  kind: 'record.put',
  collection: APPROVAL_COLLECTION.name,
  key: row.id,
  value: { ...row, waitingOf: row.state === 'waiting' ? row.requester : null, decidedBy: row.decided?.by ?? null },
  expectedRevision: revision,
  expiresAt,
})

/** Of what is in the store, and whose answer is lost. */
export const doneAt = ({ startedAt }: ApprovalRow, now: number): ApprovalOutcome => ({
  at: startedAt ?? now,
  ...{ code: null, detail: null, id: null },
})

/** The id that an answer has, or the capsule in it. */
export function idIn(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null) return null
  if ('id' in answer && typeof answer.id === 'string') return answer.id
  return 'capsule' in answer ? idIn(answer.capsule) : null
}

export function isOver({ state, decided }: ApprovalRow): CascadeError {
  const since = decided === null ? '' : ` since ${toRfc3339(decided.at)}`
  return new CascadeError('CONFLICT', `It waits no longer: it is ${state}${since}.`)
}

/** @param waiting those that wait already. */
export function tooMany(waiting: readonly ApprovalRow[], now: number): CascadeError {
  const first = Math.min(...waiting.map(({ expiresAt }) => expiresAt))
  const detail = `${APPROVAL_LIMITS.waitingMax} of your requests wait for an approval already; ask for them to be decided first, or wait until one expires.`
  return new CascadeError('RATE_LIMITED', detail, { retryAfterS: Math.max(1, Math.ceil((first - now) / 1000)) })
}
