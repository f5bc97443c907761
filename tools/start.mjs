// What `./cascade` and `npm start` run: the program of this clone, from its bundle where there is one.
import { pathToFileURL } from 'node:url'
import { chooseProgram } from './clone-bundle.mjs'
import { ROOT } from './node-runtime.mjs'

await import(pathToFileURL(await chooseProgram(ROOT)).href)
