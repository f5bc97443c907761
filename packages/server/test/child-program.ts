import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

/** The module that Node runs for a process of the tests: compiled where tools/test-setup.ts did that, else its source. */
export function childProgram(source: URL): string {
  const folder = inject('children')
  return folder === null ? fileURLToPath(source) : join(folder, `${basename(source.pathname, '.ts')}.js`)
}
