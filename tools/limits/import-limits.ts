import { IMPORT_LIMITS } from '@forge-cascade/contract'
import { FILES_MAX as CHAT_FILES_MAX, RECORD_BYTES_MAX } from '../../packages/server/src/adapters/sources/chat-files.ts'
import { ELEMENT_BYTES_MAX } from '../../packages/server/src/adapters/sources/chat-reader.ts'
import {
  RATIO_FREE_BYTES,
  RATIO_MAX,
  ENTRIES_MAX as ZIP_ENTRIES_MAX,
} from '../../packages/server/src/adapters/sources/chat-zip.ts'
import { WALK_LIMITS } from '../../packages/server/src/adapters/sources/folder-walk.ts'
import { WAITING_CHANGES_MAX } from '../../packages/server/src/adapters/sources/git-history.ts'
import { IGNORE_FILES_MAX } from '../../packages/server/src/adapters/sources/git-ignores.ts'
import { DAMAGED_MAX } from '../../packages/server/src/adapters/sources/git-objects.ts'
import { COMPARED_MAX } from '../../packages/server/src/adapters/sources/git-renames.ts'
import { TREE_LIMITS } from '../../packages/server/src/adapters/sources/git-tree.ts'
import {
  FOLDER_STARS_MAX,
  IGNORE_FILE_BYTES_MAX,
  PATTERN_LENGTH_MAX,
  PATTERNS_MAX,
  STARS_PER_NAME_MAX,
} from '../../packages/server/src/adapters/sources/ignore-rules.ts'
import { LINE_BYTES_MAX } from '../../packages/server/src/adapters/sources/ndjson-source.ts'
import {
  LINE_BYTES_MAX as TRANSCRIPT_LINE_BYTES_MAX,
  TURNS_MAX,
} from '../../packages/server/src/adapters/sources/transcript-turns.ts'
import { DOCUMENT_BYTES_MAX } from '../../packages/server/src/domain/capsules/import/document-converter.ts'
import { PATH_BYTES_MAX } from '../../packages/server/src/domain/capsules/import/import-source.ts'
import { RUNNING_MAX } from '../../packages/server/src/domain/capsules/import/imports.ts'
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
  ignorePatternLength: {
    what: 'A pattern of an ignore file',
    value: PATTERN_LENGTH_MAX,
    unit: 'characters',
    beyond: { cut: 'the pattern has no effect' },
  },
  ignorePatternStars: {
    what: 'Stars in one name of a pattern',
    value: STARS_PER_NAME_MAX,
    unit: 'items',
    beyond: { cut: 'the pattern has no effect' },
  },
  ignorePatternFolders: {
    what: '`**` in a pattern',
    value: FOLDER_STARS_MAX,
    unit: 'items',
    beyond: { cut: 'the pattern has no effect' },
  },
  gitIgnoreFiles: {
    what: 'Files .cascadeignore of a repository',
    value: IGNORE_FILES_MAX,
    unit: 'items',
    beyond: { cut: 'further ones are not used' },
  },
  gitFolder: {
    what: 'A folder of a repository that Git itself cannot list',
    value: TREE_LIMITS.folderBytesMax,
    unit: 'bytes',
    beyond: { skipped: 'the folder takes more than 67108864 bytes' },
  },
  gitGaps: {
    what: 'Folders of a commit that are missing or damaged',
    value: TREE_LIMITS.gapsMax,
    unit: 'items',
    beyond: { error: 'SOURCE_UNREADABLE' },
  },
  gitDamaged: {
    what: 'Damaged objects that an import steps over',
    value: DAMAGED_MAX,
    unit: 'items',
    beyond: { error: 'SOURCE_UNREADABLE' },
  },
  gitBranchChanges: {
    what: 'Changes on branches that wait for their merge',
    value: WAITING_CHANGES_MAX,
    unit: 'items',
    beyond: { cut: 'further ones are told by the merge alone' },
  },
  gitMoves: {
    what: 'Files of a commit that ended or began, among which moves are looked for',
    value: COMPARED_MAX,
    unit: 'items',
    beyond: { cut: 'a file that moved and changed counts as another' },
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
  transcriptTurns: {
    what: 'Turns of a transcript',
    value: TURNS_MAX,
    unit: 'items',
    beyond: { skipped: 'at most 1000000 turns of a transcript are read; the rest is not' },
  },
  transcriptLine: {
    what: 'A line of a transcript',
    value: TRANSCRIPT_LINE_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'its beginning counts; a turn of more than a capsule holds is skipped' },
  },
  chatParts: {
    what: 'Files of conversations in an export of chats',
    value: CHAT_FILES_MAX,
    unit: 'items',
    beyond: { error: 'SOURCE_UNREADABLE' },
  },
  chatZipEntries: {
    what: 'Entries of the archive of an export of chats',
    value: ZIP_ENTRIES_MAX,
    unit: 'items',
    beyond: { error: 'SOURCE_UNREADABLE' },
  },
  chatZipRatio: {
    what: `What a file of it of more than ${RATIO_FREE_BYTES / 1024 ** 2} MiB grows by when it is unpacked`,
    value: RATIO_MAX,
    unit: 'times',
    beyond: { error: 'SOURCE_UNREADABLE' },
  },
} as const satisfies Limits
