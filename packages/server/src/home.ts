import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '#config'

/** The sources run as they are in a clone; the published package holds them compiled, in dist/lib. */
const PACKAGED = import.meta.url.endsWith('.js')

/** Folder of the clone or of the installed package that this program belongs to. */
const HOME = fileURLToPath(new URL(PACKAGED ? '../../' : '../../../', import.meta.url))

/** The documentation that comes with the program and is what a first start imports; null when somebody removed it. */
export function findSamples(): string | null {
  const docs = join(HOME, 'docs')
  return existsSync(docs) ? docs : null
}

/** How the person can call the program again, from the folder `cwd`: what hints and examples begin with. */
export function commandName(cwd: string, env: Environment): string {
  if (!PACKAGED) return existsSync(join(cwd, 'cascade')) ? './cascade' : 'cascade'
  return env.npm_command === 'exec' ? 'npx forge-cascade' : 'forge-cascade'
}
