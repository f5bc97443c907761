import { EXAMPLE_ID } from './examples.ts'

export const SEGMENT_EXAMPLE = {
  id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e',
  state: 'stored' as const,
  reason: 'retention' as const,
  requested_by: '01939b3e-0000-7000-8000-000000000001',
  made_at: '2026-03-01T09:00:00.000Z',
  place: '/srv/cascade/archive',
  generation: 1,
  bytes: 20_480,
  sha256: 'a'.repeat(64),
  capsules: 2,
  chunks: 7,
  versions: 12,
  content_bytes: 81_920,
  first_sequence: 3,
  last_sequence: 42,
  away: 2,
}

export const ARCHIVE_OUTCOME_EXAMPLE = {
  dry_run: false,
  segments: [SEGMENT_EXAMPLE],
  capsules: 2,
  chunks: 7,
  versions: 12,
  content_bytes: 81_920,
  refused: [{ id: EXAMPLE_ID, code: 'LEGAL_HOLD', detail: `Capsule ${EXAMPLE_ID} is under a legal hold.` }],
  more: false,
}
