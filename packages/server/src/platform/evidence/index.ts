export { BUNDLE, type BundleFile } from './bundle-manifest.ts'
export {
  type CarriedDecision,
  carriedIn,
  decisionsOf,
  digestOfInput,
  policiesIn,
  type ToldDecision,
  writeDecisions,
  writePolicies,
} from './carried-decisions.ts'
export { writeLockedBill } from './locked-bill.ts'
export { isZipPath, readZip, type ZipFile } from './stored-zip.ts'
export { type BundleFiles, verifyBundle } from './verify-bundle.ts'
export { type BundleSource, type ProvenEntry, type SealBundle, writeBundle } from './write-bundle.ts'
