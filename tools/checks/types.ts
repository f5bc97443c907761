import { join } from 'node:path'
import { type Check, runNode, verdictOf } from './check.ts'

const TSC = join(import.meta.dirname, '../../node_modules/@typescript/native/bin/tsc')

/** Types of the whole tree by the native compiler. An empty project is an error of its own there (TS18003). */
export const types: Check = async (root) => {
  const finished = await runNode([TSC, '--project', '.', '--pretty', 'false'], root)
  return verdictOf(finished, 'tsconfig.json')
}
