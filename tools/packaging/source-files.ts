import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What the sources of the server reach by their own place on disk, and a bundler therefore does not see. */
export interface Reached {
  /** Threads: name without ending → module. */
  readonly workers: ReadonlyMap<string, string>
  /** Files and folders that lie beside their module: name → path. */
  readonly assets: ReadonlyMap<string, string>
}

/** The ways in which a module may speak of its own place. The build knows how each is to be served. */
const SHAPES = {
  asset: /new URL\('([\w.-]+)', import\.meta\.url\)/g,
  assetFolder: /join\(import\.meta\.dirname, '([\w-]+)'/g,
  worker: /new URL\(`(?:\.\/)?(?:[\w-]+-worker|\$\{options\.file\})\$\{[^`]+\}`, import\.meta\.url\)/g,
  require: /createRequire\(import\.meta\.url\)/g,
} as const satisfies Record<string, RegExp>

const WORKER_NAME = /['`](?:\.\/)?([\w-]+-worker)(?=['`$])/g
/** A thread whose entry the module is handed; those who hand it over name it in one of the ways above. */
const HANDED = /new Worker\(entry,/
/** The module whose business is where the program lies; it knows both layouts. */
const HOME = 'home.ts'

/**
 * Looks through the modules below `folder`. Every module named `*-worker.ts` is a thread's entry.
 *
 * @throws Error naming the module that speaks of its place in an unknown way, starts a thread that is no entry, or has an
 * asset of a name that is taken: in a package all of them lie in one folder.
 */
export function findReached(folder: string): Reached {
  const modules = globSync('**/*.ts', { cwd: folder }).filter(isShipped).sort()
  const workers = new Map(modules.filter((path) => path.endsWith('-worker.ts')).map((path) => [nameOf(path), path]))
  const assets = new Map<string, string>()
  for (const module of modules) {
    const text = readFileSync(join(folder, module), 'utf8')
    checkShapes(module, text)
    checkWorkers(module, text, workers)
    for (const name of assetsOf(text)) addOnce(assets, name, join(dirname(module), name))
  }
  return { workers, assets }
}

const isShipped = (path: string): boolean =>
  !/\.(test|contract)\.ts$|\.d\.ts$|(^|\/)(testing|assembly)(\/|\.ts$)/.test(path)
const nameOf = (path: string): string => basename(path, '.ts')

const assetsOf = (text: string): readonly string[] =>
  [SHAPES.asset, SHAPES.assetFolder].flatMap((shape) => [...text.matchAll(shape)].map((hit) => hit[1] ?? ''))

function checkShapes(module: string, text: string): void {
  if (basename(module) === HOME) return
  const rest = Object.values(SHAPES)
    .reduce((left, shape) => left.replaceAll(shape, ''), text)
    .replace(/import\.meta\.url\.endsWith\('\.[jt]s'\)|extname\(import\.meta\.url\)/g, '')
  const line = rest.split('\n').find((each) => each.includes('import.meta'))
  if (line !== undefined) throw new Error(`${module}: the package does not know how to serve "${line.trim()}"`)
  if (!text.includes('new Worker(') || HANDED.test(text)) return
  if (text.search(SHAPES.worker) < 0) throw new Error(`${module}: starts a thread whose entry is not to be seen here`)
}

function checkWorkers(module: string, text: string, workers: ReadonlyMap<string, string>): void {
  for (const [, name = ''] of text.matchAll(WORKER_NAME)) {
    if (!workers.has(name)) throw new Error(`${module}: names the thread ${name}, and there is no ${name}.ts`)
  }
}

function addOnce(assets: Map<string, string>, name: string, path: string): void {
  const other = assets.get(name)
  if (other !== undefined && other !== path)
    throw new Error(`${path} and ${other} would both be ${name} in the package`)
  assets.set(name, path)
}
