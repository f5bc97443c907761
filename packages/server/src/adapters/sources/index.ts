export { detectKind } from './detect-kind.ts'
export { type OpenSourceOptions, openSource } from './open-source.ts'
export { TempArea } from './temp-area.ts'
