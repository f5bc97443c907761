export { ERRORS, type ErrorCode, type ErrorDefinition, errorPath } from './errors.ts'
