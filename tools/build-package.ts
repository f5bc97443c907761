// Fills dist/ with what the package holds beside the documents of the repository. `npm pack` runs it and packs.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './node-runtime.mjs'
import { bundle } from './packaging/bundle.ts'
import { findReached } from './packaging/source-files.ts'

const SOURCES = join(ROOT, 'packages/server/src')
const OUT = join(ROOT, 'dist/lib')

const { workers, assets } = findReached(SOURCES)
const entries = { main: 'main.ts', ...Object.fromEntries(workers) }
const modules = await bundle({
  root: ROOT,
  out: OUT,
  entries: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(SOURCES, path)])),
})
for (const [name, path] of assets) cpSync(join(SOURCES, path), join(OUT, name), { recursive: true })
process.stderr.write(`dist/lib: ${modules.length} modules, ${workers.size} threads, ${assets.size} assets\n`)
