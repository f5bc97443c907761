export { BUNDLE, type BundleFile } from './bundle-manifest.ts'
export { readZip, type ZipFile } from './stored-zip.ts'
export { type BundleFiles, verifyBundle } from './verify-bundle.ts'
export { type BundleSource, type ProvenEntry, type SealBundle, writeBundle } from './write-bundle.ts'
