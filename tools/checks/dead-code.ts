import { join } from 'node:path'
import { type Check, runNode, verdictOf } from './check.ts'

const KNIP = join(import.meta.dirname, '../../node_modules/knip/bin/knip.js')

/** Files, exports and packages that nothing uses, by Knip with the tree's knip.json. */
export const deadCode: Check = async (root) => {
  const finished = await runNode([KNIP, '--no-progress', '--treat-config-hints-as-errors'], root)
  return verdictOf(finished, 'knip.json')
}
