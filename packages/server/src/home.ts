import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Environment } from '#config'
import { VERSION } from './version.ts'

/** Compiled: the published package, in dist/lib, and the bundle of a clone (tools/clone-bundle.mjs). Else the sources run. */
const COMPILED = import.meta.url.endsWith('.js')
const PACKAGED = /\/dist\/lib\/[^/]+\.js$/.test(import.meta.url)

/** Folder of the clone or of the installed package that this program belongs to. */
const HOME = fileURLToPath(new URL(PACKAGED ? '../../' : COMPILED ? '../../../../' : '../../../', import.meta.url))

/** The documentation that comes with the program and is what a first start imports; null when somebody removed it. */
export function findSamples(): string | null {
  const docs = join(HOME, 'docs')
  return existsSync(docs) ? docs : null
}

/**
 * What the program is made of: the bill of materials that came with the package, or the lock file from which a clone was
 * installed; undefined where somebody removed it.
 */
export function findMaterials(): { readonly kind: 'bill' | 'lock'; readonly text: string } | undefined {
  const kind = PACKAGED ? 'bill' : 'lock'
  const path = join(HOME, PACKAGED ? 'dist/sbom.cdx.json' : 'package-lock.json')
  return existsSync(path) ? { kind, text: readFileSync(path, 'utf8') } : undefined
}

/**
 * Starts the thread by which the embedded store writes. It loads its code on another core while this thread loads its
 * own; whoever opens the store tells it where. When nobody does it ends with the process, which does not wait for it.
 */
export function startWriter(): Worker {
  const entry = COMPILED ? './writer-worker.js' : './adapters/sqlite/writer-worker.ts'
  const thread = new Worker(new URL(entry, import.meta.url), { name: 'writer-worker' })
  // Whoever wants to take over a thread that failed sees that it is gone, starts another and hears why.
  thread.on('error', () => undefined)
  thread.unref()
  return thread
}

/** Where npx keeps packages until it forgets them. */
const NPX_CACHE = /[\\/]_npx[\\/]/

/** What starts the program from any folder, without a path that somebody must have set; by npx where npx alone has it. */
export function selfCommand(env: Environment): { readonly command: string; readonly args: readonly string[] } {
  if (PACKAGED && env.npm_command === 'exec' && NPX_CACHE.test(HOME))
    return { command: 'npx', args: ['--yes', `forge-cascade@${VERSION}`] }
  if (!PACKAGED && process.platform !== 'win32') return { command: join(HOME, 'cascade'), args: [] }
  const entry = PACKAGED ? 'bin/forge-cascade.mjs' : 'tools/start.mjs'
  return { command: process.execPath, args: [join(HOME, entry)] }
}

/** How the person can call the program again, from the folder `cwd`: what hints and examples begin with. */
export function commandName(cwd: string, env: Environment): string {
  if (!PACKAGED) return existsSync(join(cwd, 'cascade')) ? './cascade' : 'cascade'
  return env.npm_command === 'exec' ? 'npx forge-cascade' : 'forge-cascade'
}
