// What `./cascade` and `npm start` run: the program of this clone, from its bundle where there is one.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chooseProgram } from './clone-bundle.mjs'
import { ROOT } from './node-runtime.mjs'

// Compiled code is kept, by every thread, which looks here: the next start takes half the time.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/compile')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
await import(pathToFileURL(await chooseProgram(ROOT)).href)
