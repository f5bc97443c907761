export { detectKind, type OpenSourceOptions, openSource } from './open-source.ts'
