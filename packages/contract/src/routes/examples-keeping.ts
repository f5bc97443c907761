import { EXAMPLE_ID } from './examples.ts'

const AT = '2026-03-01T09:00:00.000Z'
const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000001'
const OTHER_ID = '01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72'

export const HOLD_EXAMPLE = {
  id: '01939b3e-7a10-7b01-9d44-0a4f5b6c7d8e',
  state: 'placed' as const,
  target: { kind: 'capsule' as const, capsule: EXAMPLE_ID },
  reason: 'Case 4711, asked for by counsel',
  placed_by: SUBJECT_ID,
  placed_by_name: 'administrator',
  placed_at: AT,
  lifted: null,
}

export const ERASURE_EXAMPLE = {
  id: '01939b3e-7a11-7b01-9d44-0a4f5b6c7d8e',
  state: 'completed' as const,
  target: { kind: 'capsule' as const, capsule: EXAMPLE_ID, subject_digest: null, subject_key: null },
  legal_basis: 'gdpr-17',
  requested_by: SUBJECT_ID,
  begun_at: AT,
  completed_at: '2026-03-01T09:00:01.000Z',
  capsules: 1,
  chunks: 0,
  versions: 3,
  capsule_ids: [EXAMPLE_ID],
  stays: [{ id: OTHER_ID, derived_from: EXAMPLE_ID, owner: SUBJECT_ID }],
  holds: [],
  places: [{ place: 'rows', outcome: 'erased', detail: 'emptied or deleted, and overwritten with zeros' }],
  outside: ['exports that were taken: they are files of whoever took them'],
  sequence: 42,
  certificate: '/srv/cascade/erasures/01939b3e-7a11-7b01-9d44-0a4f5b6c7d8e.json',
  certificate_sha256: 'f'.repeat(64),
}
