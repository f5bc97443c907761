import type { Clock } from '#base'
import { type RestoreOptions, restoreAsIs, restoreBackup } from './restore.ts'
import { listRestorable, type RestorePointOptions, restorePoint } from './restore-point.ts'

type Without<Options> = Omit<Options, 'clock'>

/** What the embedded store restores, by one clock. */
export const createRestores = (clock: Clock) => ({
  restoreBackup: async (directory: string, file: string, options: Without<RestoreOptions>) =>
    restoreBackup(directory, file, { ...options, clock }),
  restorePoint: async (directory: string, options: Without<RestorePointOptions>) =>
    restorePoint(directory, { ...options, clock }),
  restoreAsIs: async (directory: string) => restoreAsIs(directory, { clock }),
  listRestorable: async (...asked: Parameters<typeof listRestorable>) => listRestorable(...asked),
})
