// Finds the Node.js that runs this project. Kept free of dependencies and of new syntax: it runs on whatever Node the machine has.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
export const NODE_MAJOR_MIN = 24

/** The pinned runtime that npm installed for this platform, else the running Node when it is new enough, else undefined. */
export function findNode() {
  return pinnedNode() ?? (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN ? process.execPath : undefined)
}

function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  try {
    const require = createRequire(join(ROOT, 'package.json'))
    const file = join(dirname(require.resolve(`${name}/package.json`)), binary)
    return existsSync(file) ? file : undefined
  } catch (error) {
    if (error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

export const NODE_MISSING =
  `Forge Cascade needs Node.js ${NODE_MAJOR_MIN} or newer; this is ${process.version} and npm has no pinned runtime for ` +
  `${process.platform}-${process.arch}. Install Node.js ${NODE_MAJOR_MIN} from https://nodejs.org and run the command again.`
