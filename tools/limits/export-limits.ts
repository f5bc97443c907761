import { EXPORT_LIMITS } from '@forge-cascade/contract'
import { FILE_BYTES_MAX } from '../../packages/server/src/adapters/sources/cascade-files.ts'
import { LINE_LEVELS_MAX, LIST_LINE_BYTES_MAX } from '../../packages/server/src/adapters/sources/file-lines.ts'
import { LINEAGE_EXPORTED_MAX } from '../../packages/server/src/domain/capsules/export/export-store.ts'
import { MANIFEST_BYTES_MAX } from '../../packages/server/src/domain/capsules/export/manifest.ts'
import { HEAD_BYTES_MAX, HEAD_LEVELS_MAX } from '../../packages/server/src/domain/capsules/export/markdown-file.ts'
import { SUBJECTS_NEW_MAX } from '../../packages/server/src/domain/capsules/export/plan-exported.ts'
import type { Limits } from './limit.ts'

const unprocessable = { error: 'UNPROCESSABLE' } as const

/** What an export may hold when it is read, and what one of a single capsule tells. */
export const EXPORT_ROWS = {
  exportManifest: {
    what: 'The manifest of an export',
    value: MANIFEST_BYTES_MAX,
    unit: 'bytes',
    beyond: unprocessable,
  },
  exportFile: {
    what: 'A file of a capsule or a version in it',
    value: FILE_BYTES_MAX,
    unit: 'bytes',
    beyond: unprocessable,
  },
  exportHead: {
    what: 'The head of such a file',
    value: HEAD_BYTES_MAX,
    unit: 'characters',
    beyond: { failed: 'it has no head between two lines ---' },
  },
  exportHeadDepth: {
    what: 'Lists and objects in one another in it',
    value: HEAD_LEVELS_MAX,
    unit: 'levels',
    beyond: { failed: 'its head is more than 67 levels deep' },
  },
  exportLine: {
    what: 'A line of a list of an export',
    value: LIST_LINE_BYTES_MAX,
    unit: 'bytes',
    beyond: unprocessable,
  },
  exportLineDepth: {
    what: 'Lists and objects in one another in it',
    value: LINE_LEVELS_MAX,
    unit: 'levels',
    beyond: unprocessable,
  },
  exportSubjects: {
    what: 'Names that the import of an export makes known',
    value: SUBJECTS_NEW_MAX,
    unit: 'items',
    beyond: { failed: 'the export names more than 10000 subjects' },
  },
  exportedPlace: {
    what: 'Place of a chunk in a document of an export',
    value: EXPORT_LIMITS.placeLengthMax,
    unit: 'characters',
    beyond: { cut: 'the file is left out, and the report names the member' },
  },
  exportedLabel: {
    what: 'A title or label in an export that is read',
    value: EXPORT_LIMITS.labelLengthMax,
    unit: 'characters',
    beyond: { cut: 'the file is left out, and the report names the member' },
  },
  exportedLinks: {
    what: 'Links in one line of an export',
    value: EXPORT_LIMITS.linksMax,
    unit: 'items',
    beyond: { cut: 'the rest follows in further lines; a reader refuses a longer one' },
  },
  exportedTrust: {
    what: 'Trust entries in one line of an export',
    value: EXPORT_LIMITS.trustEntriesMax,
    unit: 'items',
    beyond: { cut: 'the rest follows in further lines; a reader refuses a longer one' },
  },
  lineageExported: {
    what: 'Capsules in the PROV-JSON of one capsule',
    value: LINEAGE_EXPORTED_MAX,
    unit: 'items',
    beyond: { cut: 'the nearest are in it, and `cascade:lineageIsCut` says so' },
  },
} as const satisfies Limits
