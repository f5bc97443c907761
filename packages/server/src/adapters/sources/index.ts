export { type OpenSourceOptions, openSource } from './open-source.ts'
