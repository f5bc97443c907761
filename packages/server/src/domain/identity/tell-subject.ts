import type { RecordPayload } from '@forge-cascade/contract/records'
import { type Command, type Grant, toRecord } from '#store'
import type { Subject } from './subject.ts'

type Telling = Pick<Command, 'records' | 'events'>

/** Tells that a name became a subject, never which name. The owner of an agent is told as its first change. */
export function tellRegistered(grant: Grant, { id, kind, roles, trust, owner }: Subject): Telling {
  const subject = `subject/${id}` as const
  const records = [toRecord(grant, 'subject.registered', subject, { kind, roles: [...roles], trust }, {})]
  const events = [{ type: 'cascade.subject.registered', subject, data: { id } }] as const
  if (owner === null) return { records, events }
  const payload = { owner: { before: null, after: owner } }
  return { records: [...records, toRecord(grant, 'subject.changed', subject, payload, {})], events }
}

/** Tells what was changed of a subject: what it was, and what it is now. */
export function tellSubjectChanged(grant: Grant, before: Subject, after: Subject): Telling {
  const subject = `subject/${after.id}` as const
  const payload: RecordPayload<'subject.changed'> = {
    ...(!isSameRoles(before, after) && { roles: { before: [...before.roles], after: [...after.roles] } }),
    ...(before.trust !== after.trust && { trust: { before: before.trust, after: after.trust } }),
    ...(before.active !== after.active && { active: { before: before.active, after: after.active } }),
    ...(before.owner !== after.owner && { owner: { before: before.owner, after: after.owner } }),
  }
  return {
    records: [toRecord(grant, 'subject.changed', subject, payload, {})],
    events: [{ type: 'cascade.subject.changed', subject, data: { id: after.id, ...payload } }],
  }
}

/** Whether nothing that may be changed differs. */
export const isUnchanged = (before: Subject, after: Subject): boolean =>
  isSameRoles(before, after) &&
  before.trust === after.trust &&
  before.active === after.active &&
  before.owner === after.owner

const isSameRoles = (one: Subject, other: Subject): boolean =>
  one.roles.length === other.roles.length && one.roles.every((role) => other.roles.includes(role))
