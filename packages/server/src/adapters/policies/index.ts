export { CedarOracle } from './cedar-oracle.ts'
export { askCedar } from './cedar-shadow.ts'
export { readPolicyFiles } from './policy-files.ts'
export { readPolicies } from './policy-reader.ts'
