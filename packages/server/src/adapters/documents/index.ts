export { openDocumentConverter } from './worker-document-converter.ts'
export { openDocumentReader } from './worker-document-reader.ts'
