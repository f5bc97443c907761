import { join } from 'node:path'
import type { Clock } from '#base'
import type { SqliteStore } from './adapters/sqlite/index.ts'
import type { ArtifactDesk } from './edge/jobs/index.ts'
import { VERSION } from './version.ts'

interface ArtifactParts {
  readonly store: SqliteStore
  readonly clock: Clock
  /** The data folder; copies lie in a folder of it while their tests run. */
  readonly directory: string
}

/** What verifies artifacts. Loaded when it is first needed: most instances start many times before. */
export async function openArtifactDesk({ store, clock, directory }: ArtifactParts): Promise<ArtifactDesk> {
  const [{ createProcessCage, readArtifact }, { TempArea }, jobs] = await Promise.all([
    import('./adapters/artifacts/index.ts'),
    import('./adapters/sources/index.ts'),
    import('./edge/jobs/index.ts'),
  ])
  return new jobs.ArtifactDesk({
    ...{ store, clock, verifier: `forge-cascade ${VERSION}` },
    read: readArtifact,
    cage: createProcessCage(new TempArea(join(directory, 'artifact-tests'), 'test')),
  })
}
