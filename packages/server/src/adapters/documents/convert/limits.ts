import { CAPSULE_LIMITS } from '@forge-cascade/contract'

const MIB = 1024 * 1024

/** What a document may take. Each is told by name in the reason why a document is left out. */
export const CONVERSION_LIMITS = {
  /** Of Markdown: what a capsule holds. */
  textBytesMax: CAPSULE_LIMITS.contentBytesMax,
  /** Of a PDF; sheets of a workbook, slides and chapters count as pages too. */
  pagesMax: 5000,
  /** Of the archive that an Office document or an e-book is. */
  zipEntriesMax: 20_000,
  /** All that is read out of one archive, as counted while it is inflated. */
  zipBytesMax: 256 * MIB,
  /** One file of an archive. */
  partBytesMax: 64 * MIB,
  /** Elements inside one another; browsers nest as many at most. */
  depthMax: 512,
  /** Elements of one XML file: about 200 bytes of memory each. */
  elementsMax: 1_000_000,
  /** Of one element. */
  attributesMax: 1000,
  /** Rows and columns that one cell of a page is believed to reach over. */
  spanMax: 200,
  /** Columns of a sheet: as many as programs have. */
  columnsMax: 16_384,
  /** Of a link; a longer one leaves its text alone. */
  urlLengthMax: 2000,
  /** Of a title or an author. */
  labelLengthMax: 300,
} as const
