import { join } from 'node:path'
import { PROGRAM_FLAGS } from '../../../tools/node-runtime.mjs'

/**
 * What Node is given to run the cascade command as a clone does: from the bundle, which tools/test-setup.ts makes, or from
 * sources that were edited since.
 */
export const PROGRAM = [...PROGRAM_FLAGS, join(import.meta.dirname, '../../../tools/start.mjs')] as const
