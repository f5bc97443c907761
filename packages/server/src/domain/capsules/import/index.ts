export { type DocumentReader, type DocumentRequest, type DocumentText, readDocument, toLabel } from './document.ts'
export {
  type ConversionRequest,
  DOCUMENT_BYTES_MAX,
  type DocumentConverter,
} from './document-converter.ts'
export type { DocumentFormat } from './document-format.ts'
export { fileTitle } from './document-title.ts'
export { type FileKind, isGenerated, kindOf, knownKind } from './file-kind.ts'
export type { ImportCall } from './import-call.ts'
export { IMPORT_COLLECTIONS } from './import-records.ts'
export {
  type DeletedFile,
  type FileText,
  type ImportItem,
  type ImportSource,
  type KnownFiles,
  PATH_BYTES_MAX,
  type PassedPoint,
  type PresentFile,
  type SkippedFile,
  type SourceDocument,
  type SourceKind,
  type SourceLine,
  type SourcePoint,
  type SourceText,
} from './import-source.ts'
export { Imports, type ImportsOptions, type StartedImport } from './imports.ts'
