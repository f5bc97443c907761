// What `./cascade` and `npm start` run: the program of this clone, from its bundle where there is one.
import { enableCompileCache } from 'node:module'
import { pathToFileURL } from 'node:url'
import { chooseProgram } from './choose-program.mjs'
import { COMPILE_CACHE, ROOT } from './node-runtime.mjs'

// Threads look here.
process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE
enableCompileCache(process.env.NODE_COMPILE_CACHE)
await import(pathToFileURL(await chooseProgram(ROOT)).href)
