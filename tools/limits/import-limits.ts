import { EXPORT_LIMITS, IMPORT_LIMITS } from '@forge-cascade/contract'
import { CONVERSION_LIMITS } from '../../packages/server/src/adapters/documents/convert/limits.ts'
import { RECORD_BYTES_MAX } from '../../packages/server/src/adapters/sources/chat-files.ts'
import { ELEMENT_BYTES_MAX } from '../../packages/server/src/adapters/sources/chat-reader.ts'
import { WALK_LIMITS } from '../../packages/server/src/adapters/sources/folder-walk.ts'
import { IGNORE_FILE_BYTES_MAX, PATTERNS_MAX } from '../../packages/server/src/adapters/sources/ignore-rules.ts'
import { LINE_BYTES_MAX } from '../../packages/server/src/adapters/sources/ndjson-source.ts'
import { RUNNING_MAX } from '../../packages/server/src/domain/capsules/import/imports.ts'
import { DOCUMENT_BYTES_MAX, PATH_BYTES_MAX } from '../../packages/server/src/domain/capsules/import/index.ts'
import type { Limits } from './limit.ts'
import { configured } from './request-limits.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

/** What an import takes in. */
export const IMPORT_ROWS = {
  importPath: { what: 'Path of a source', value: IMPORT_LIMITS.pathLengthMax, unit: 'characters', beyond: invalid },
  importPatterns: {
    what: 'Patterns that include or exclude',
    value: IMPORT_LIMITS.patternMax,
    unit: 'items',
    beyond: invalid,
  },
  importPattern: {
    what: 'One such pattern',
    value: IMPORT_LIMITS.patternLengthMax,
    unit: 'characters',
    beyond: invalid,
  },
  importLabel: { what: 'Label of an import', value: IMPORT_LIMITS.labelLengthMax, unit: 'characters', beyond: invalid },
  importFilesPage: {
    what: 'Files in a page of an import’s report',
    value: IMPORT_LIMITS.filesPageMax,
    unit: 'items',
    beyond: invalid,
  },
  importsRunning: { what: 'Imports at once', value: RUNNING_MAX, unit: 'items', beyond: { error: 'CONFLICT' } },
  importFile: {
    what: 'A text file',
    ...configured('import.file_bytes_max'),
    unit: 'bytes',
    beyond: { skipped: 'it has … bytes; at most 1048576 are read' },
  },
  importDocument: {
    what: 'A document that is converted: HTML, PDF, Office',
    value: DOCUMENT_BYTES_MAX,
    unit: 'bytes',
    beyond: { skipped: 'it has … bytes; at most 33554432 are read' },
  },
  importedPath: {
    what: 'Path of a file inside its source',
    value: PATH_BYTES_MAX,
    unit: 'bytes',
    beyond: { skipped: 'its path is too long' },
  },
  folderDepth: {
    what: 'Folders in one another',
    value: WALK_LIMITS.depthMax,
    unit: 'levels',
    beyond: { skipped: 'folders are entered 64 levels deep' },
  },
  folderFiles: {
    what: 'Files of a folder import',
    value: WALK_LIMITS.filesMax,
    unit: 'items',
    beyond: { skipped: 'at most 200000 files are read; this and the rest are not' },
  },
  folderEntries: {
    what: 'Entries of one folder',
    value: WALK_LIMITS.entriesPerFolderMax,
    unit: 'items',
    beyond: { skipped: 'it has more than 100000 entries' },
  },
  ignoreFile: {
    what: 'A .gitignore or .cascadeignore',
    value: IGNORE_FILE_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'it is not used' },
  },
  ignorePatterns: {
    what: 'Patterns of one ignore file',
    value: PATTERNS_MAX,
    unit: 'items',
    beyond: { cut: 'the first ones count' },
  },
  ndjsonLine: {
    what: 'A line of an NDJSON file',
    value: LINE_BYTES_MAX,
    unit: 'bytes',
    beyond: { skipped: 'it has more than 8388608 bytes' },
  },
  chatFiles: {
    what: 'Exported chats, a transcript or a list in JSON: all its files',
    value: RECORD_BYTES_MAX,
    unit: 'bytes',
    beyond: { error: 'SOURCE_UNREADABLE' },
  },
  chatElement: {
    what: 'One conversation of an export, one element of a list, as JSON',
    value: ELEMENT_BYTES_MAX,
    unit: 'bytes',
    beyond: { skipped: 'it has … bytes; at most 33554432 are read' },
  },
  convertedText: {
    what: 'Markdown made of a document',
    value: CONVERSION_LIMITS.textBytesMax,
    unit: 'bytes',
    beyond: { skipped: 'its text has more than 1048576 bytes, which is what a capsule holds' },
  },
  convertedDepth: {
    what: 'Elements of a page in one another',
    value: CONVERSION_LIMITS.depthMax,
    unit: 'levels',
    beyond: { skipped: 'its elements are more than 512 deep in one another' },
  },
  convertedAttributes: {
    what: 'Attributes of an element',
    value: CONVERSION_LIMITS.attributesMax,
    unit: 'items',
    beyond: { skipped: 'an element of it has more than 1000 attributes' },
  },
  convertedPages: {
    what: 'Pages of a PDF; sheets, slides and chapters of others',
    value: CONVERSION_LIMITS.pagesMax,
    unit: 'items',
    beyond: { skipped: 'it has more than 5000 pages' },
  },
  archiveEntries: {
    what: 'Files of the archive that an Office document or an e-book is',
    value: CONVERSION_LIMITS.zipEntriesMax,
    unit: 'items',
    beyond: { skipped: 'it holds more than 20000 files' },
  },
  archiveBytes: {
    what: 'All that is unpacked of it',
    value: CONVERSION_LIMITS.zipBytesMax,
    unit: 'bytes',
    beyond: { skipped: 'it unpacks to more than 67108864 bytes in one part or 268435456 in all' },
  },
  archivePart: {
    what: 'One file of it, unpacked',
    value: CONVERSION_LIMITS.partBytesMax,
    unit: 'bytes',
    beyond: { skipped: 'it unpacks to more than 67108864 bytes in one part or 268435456 in all' },
  },
  convertedElements: {
    what: 'Elements of one part of a document',
    value: CONVERSION_LIMITS.elementsMax,
    unit: 'items',
    beyond: { skipped: 'a part of it has more than 1000000 elements' },
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
} as const satisfies Limits
