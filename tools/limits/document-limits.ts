import { CONVERSION_LIMITS } from '../../packages/server/src/adapters/documents/convert/limits.ts'
import { CONVERTER_LIMITS } from '../../packages/server/src/adapters/documents/worker-document-converter.ts'
import { DOCUMENT_CHUNKS_MAX } from '../../packages/server/src/domain/capsules/import/document.ts'
import {
  ALIASES_MAX,
  LINKS_CHARACTERS_MAX,
  LINKS_MAX,
  TARGET_LENGTH_MAX,
} from '../../packages/server/src/domain/capsules/import/vault-note.ts'
import {
  FRONT_MATTER_CHARS_MAX,
  ALIASES_MAX as YAML_ALIASES_MAX,
} from '../../packages/server/src/domain/capsules/text/front-matter.ts'
import type { Limits } from './limit.ts'

const MIB = 1024 * 1024

/** What is read out of a document: of one that is converted, and of any text. */
export const DOCUMENT_ROWS = {
  conversionTime: {
    what: 'Time to convert a document',
    value: CONVERTER_LIMITS.timeoutMs,
    unit: 'ms',
    beyond: { failed: 'it takes more than 60000 ms' },
  },
  conversionObjects: {
    what: 'Objects that converting a document makes',
    value: CONVERTER_LIMITS.heapMibMax * MIB,
    unit: 'bytes',
    beyond: { failed: 'it takes more than 512 MiB of memory' },
  },
  conversionMemory: {
    what: 'What the process grows by meanwhile',
    value: CONVERTER_LIMITS.growthMibMax * MIB,
    unit: 'bytes',
    beyond: { failed: 'it takes more than 1024 MiB of memory' },
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
  convertedAddress: {
    what: 'Address of a link in a document that is converted',
    value: CONVERSION_LIMITS.urlLengthMax,
    unit: 'characters',
    beyond: { cut: 'the text of the link stays, without the address' },
  },
  documentChunks: {
    what: 'Chunks of a document by its headings',
    value: DOCUMENT_CHUNKS_MAX,
    unit: 'items',
    beyond: { cut: 'it is cut by length instead' },
  },
  frontMatter: {
    what: 'Front matter of a note, with its end',
    value: FRONT_MATTER_CHARS_MAX,
    unit: 'characters',
    beyond: { cut: 'it is text like the rest' },
  },
  frontMatterAliases: {
    what: 'How often a value stands in front matter, by aliases of YAML',
    value: YAML_ALIASES_MAX,
    unit: 'items',
    beyond: { cut: 'its front matter is not read' },
  },
  vaultLinks: {
    what: 'Links of a note of a vault',
    value: LINKS_MAX,
    unit: 'items',
    beyond: { cut: 'the first ones count' },
  },
  vaultLinkText: {
    what: 'Their targets together',
    value: LINKS_CHARACTERS_MAX,
    unit: 'characters',
    beyond: { cut: 'the first ones count' },
  },
  vaultAliases: {
    what: 'Other names of a note of a vault',
    value: ALIASES_MAX,
    unit: 'items',
    beyond: { cut: 'the first ones count' },
  },
  vaultAlias: {
    what: 'One such name, and the target of a link',
    value: TARGET_LENGTH_MAX,
    unit: 'characters',
    beyond: { cut: 'the name or the link does not count' },
  },
} as const satisfies Limits
