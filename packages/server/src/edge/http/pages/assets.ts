import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { File } from '../handler.ts'

/** Everything the pages load, by name. What is not here is not served: no path from outside touches the disk. */
const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'reference.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const

const ASSETS: ReadonlyMap<string, File> = new Map(
  Object.entries(TYPES).map(([name, contentType]) => [
    name,
    { contentType, bytes: readFileSync(join(import.meta.dirname, 'assets', name)) },
  ]),
)

export const findAsset = (name: string): File | undefined => ASSETS.get(name)
