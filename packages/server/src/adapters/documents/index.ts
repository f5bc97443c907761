export { openDocumentReader } from './worker-document-reader.ts'
