// What the command line asks of the adapters when no instance runs.
import { systemClock } from '#base'
import { createPublishedReader, publishToFolder } from './adapters/files/published-folder.ts'
import { createRestores } from './adapters/sqlite/restores.ts'
import type { CliIo } from './edge/cli/index.ts'

/** Restores backups and earlier points into a data folder that nobody owns. What they promise stands at `CliIo`. */
export const restores: Pick<CliIo, 'restoreBackup' | 'restorePoint' | 'restoreAsIs' | 'listRestorable'> =
  createRestores(systemClock)

/** Logs as static files. What they promise stands at `CliIo`. */
export const published: Pick<CliIo, 'publishLog' | 'openPublished'> = {
  publishLog: publishToFolder,
  openPublished: async (directory) => createPublishedReader(directory),
}

/** What an import takes a path for. What it promises stands at `CliIo.detectKind`. */
export const detectKind: CliIo['detectKind'] = async (path) =>
  (await import('./adapters/sources/index.ts')).detectKind(path)

/** The built-in embedder, or the model in a folder. What it promises stands at `CliIo.describeEmbedder`. */
export const describeEmbedder: CliIo['describeEmbedder'] = async (folder) =>
  (await import('./adapters/models/index.ts')).describeEmbedder(folder)
