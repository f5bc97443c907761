export { capsuleDigest, type SaidVersion, StoreDigest, versionDigest } from './export-digest.ts'
export { type ExportContext, type ExportOptions, exportLineage, exportStore } from './export-store.ts'
export {
  type ChunkApart,
  type ExportedBonds,
  type ExportedDocument,
  type ExportedHistory,
  type ExportedPart,
  goesAlong,
} from './exported-history.ts'
export {
  EXPORT_LISTS,
  exportPathKind,
  historyFile,
  MANIFEST_FILE,
  README_FILE,
  UNFINISHED_FILE,
} from './file-names.ts'
export {
  EXPORT_README,
  EXPORT_UNFINISHED,
  type ExportList,
  type ExportPart,
  FolderLayout,
} from './folder-layout.ts'
export { TRUST_ENTRIES_TOGETHER } from './imported-trust.ts'
export { orderByLineage } from './lineage-order.ts'
export { MANIFEST_BYTES_MAX, parseManifest, toManifestText } from './manifest.ts'
export { type CapsuleHead, HEAD_BYTES_MAX, parseCapsuleFile, parseVersionFile } from './markdown-file.ts'
export { PROV_PREFIXES, PROV_SECTIONS, type ProvSection, ProvStatements, toProvDocument } from './prov.ts'
