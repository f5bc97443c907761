export { createProcessCage } from './process-cage.ts'
export { readArtifact } from './read-artifact.ts'
