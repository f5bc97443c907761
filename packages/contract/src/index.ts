export { ACTIONS, type Action } from './actions.ts'
export * from './capsule.ts'
export { ERRORS, type ErrorCode, type ErrorDefinition, errorPath } from './errors.ts'
