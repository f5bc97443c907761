import { ARCHIVE_LIMITS } from '@forge-cascade/contract'
import { BUCKET_ATTEMPTS_MAX } from '../../packages/server/src/adapters/objects/bucket-objects.ts'
import { MOVED_AT_ONCE_MAX } from '../../packages/server/src/domain/capsules/archive/archives.ts'
import { MOVE_ROUNDS_MAX } from '../../packages/server/src/domain/capsules/archive/move-away.ts'
import { BODY_BYTES_MAX } from '../../packages/server/src/domain/capsules/capsule-store.ts'
import { RETENTION_DAYS_MAX } from '../../packages/server/src/kernel/config/retention-rule.ts'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

/** What moves into the archive. */
export const ARCHIVE_ROWS = {
  archiveIds: {
    what: 'Capsules named in one request to move or to bring back',
    value: ARCHIVE_LIMITS.idsMax,
    unit: 'items',
    beyond: invalid,
  },
  archiveDays: { what: 'Days of an age', value: ARCHIVE_LIMITS.daysMax, unit: 'items', beyond: invalid },
  retentionDays: {
    what: 'Days of a retention',
    value: RETENTION_DAYS_MAX,
    unit: 'items',
    beyond: { error: 'CONFIG_INVALID' },
  },
  archivedBytes: {
    what: 'Contents of all versions of a capsule, or of a document with its chunks, that moves into the archive',
    value: BODY_BYTES_MAX,
    unit: 'bytes',
    beyond: { error: 'UNPROCESSABLE' },
  },
  archivedAtOnce: {
    what: 'Capsules that one request moves by their age',
    value: MOVED_AT_ONCE_MAX,
    unit: 'items',
    beyond: { cut: '`more` says that there are more: ask again' },
  },
  archiveRefused: {
    what: 'Capsules that stay and are named',
    value: ARCHIVE_LIMITS.refusedMax,
    unit: 'items',
    beyond: { cut: 'the first are named' },
  },
  archiveUnknown: {
    what: 'Objects of no segment that a look names',
    value: ARCHIVE_LIMITS.unknownMax,
    unit: 'items',
    beyond: { cut: 'the first are named' },
  },
  archiveAttempts: {
    what: 'Requests to a bucket for one thing',
    value: BUCKET_ATTEMPTS_MAX,
    unit: 'times',
    beyond: { error: 'UNAVAILABLE' },
  },
  archiveRounds: {
    what: 'Times that a segment is begun anew because its capsules were changed meanwhile',
    value: MOVE_ROUNDS_MAX,
    unit: 'times',
    beyond: { error: 'CONFLICT' },
  },
} as const satisfies Limits
