import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../node-runtime.mjs'
import { findContained, readContained } from './contained-code.ts'

const UNPDF = join(ROOT, 'node_modules/unpdf')
const FILE = 'dist/pdfjs.mjs'
const source = readFileSync(join(UNPDF, FILE), 'utf8')

test('code that went away is no longer told of, but asked for', () => {
  expect(() =>
    readContained(source.replace('makeBrotliDecode', 'makeDecode').replaceAll('makeBrotliDecode', ''), 'unpdf', FILE),
  ).toThrow('unpdf holds no brotli any more')
})

test.for(['\0asm\u0001', `"AGFzbQEAAAA"`, String.raw`"\0asm"`, String.raw`'\x00asm'`])(
  'code that came as WebAssembly is not passed on untold: %j',
  (module) => {
    expect(() => readContained(source + module, 'unpdf', FILE)).toThrow('unpdf holds WebAssembly')
  },
)

test('the version of PDF.js is the one that it tells of itself', async () => {
  const { version }: { readonly version: string } = await import(join(UNPDF, FILE))
  expect(findContained(UNPDF, 'unpdf').find(({ name }) => name === 'pdfjs-dist')?.version).toBe(version)
})

test('a package of one author contains nothing', () => {
  expect(findContained(join(ROOT, 'node_modules/fastify'), 'fastify')).toEqual([])
})

test('what the SDK of agents has taken in is told of, all of it', () => {
  const [name, folder] = ['@modelcontextprotocol/server', join(ROOT, 'node_modules/@modelcontextprotocol/server')]
  const told = findContained(folder, name).map((code) => `${code.name}@${code.version}`)
  // The validator for browsers is not loaded on Node, and so not in the package.
  const files = readdirSync(join(folder, 'dist')).filter(
    (file) => file.endsWith('.mjs') && !/^cfWorker|^shimsW|^shimsB/.test(file),
  )
  const regions = files.flatMap((file) => [
    ...readFileSync(join(folder, 'dist', file), 'utf8').matchAll(/#region \S*\/\.pnpm\/([^/_]+@[\d.]+)/g),
  ])
  expect(told.toSorted()).toEqual([...new Set(regions.map(([, found]) => found))].toSorted())
})

test('every Rust package whose path stands in the module of Cedar is told of', () => {
  const [name, folder] = ['@cedar-policy/cedar-wasm', join(ROOT, 'node_modules/@cedar-policy/cedar-wasm')]
  const module = readFileSync(join(folder, 'nodejs/cedar_wasm_bg.wasm'), 'latin1')
  const found = [...module.matchAll(/\/([\w-]+?-\d+\.\d+\.\d+)\/src/g)].map(([, crate = '']) => crate)
  const told = findContained(folder, name).map((code) => `${code.name}-${code.version}`)
  expect(told.toSorted()).toEqual([...new Set(found)].toSorted())
})
