import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../node-runtime.mjs'
import { findContained, readContained } from './contained-code.ts'

const UNPDF = join(ROOT, 'node_modules/unpdf')
const source = readFileSync(join(UNPDF, 'dist/pdfjs.mjs'), 'utf8')

test('code that went away is no longer told of, but asked for', () => {
  expect(() =>
    readContained(source.replace('makeBrotliDecode', 'makeDecode').replaceAll('makeBrotliDecode', ''), 'unpdf'),
  ).toThrow('unpdf holds no brotli any more')
})

test.for(['\0asm\u0001', `"AGFzbQEAAAA"`, String.raw`"\0asm"`, String.raw`'\x00asm'`])(
  'code that came as WebAssembly is not passed on untold: %j',
  (module) => {
    expect(() => readContained(source + module, 'unpdf')).toThrow('unpdf holds WebAssembly')
  },
)

test('the version of PDF.js is the one that it tells of itself', async () => {
  const { version }: { readonly version: string } = await import(join(UNPDF, 'dist/pdfjs.mjs'))
  expect(findContained(UNPDF, 'unpdf').find(({ name }) => name === 'pdfjs-dist')?.version).toBe(version)
})

test('a package of one author contains nothing', () => {
  expect(findContained(join(ROOT, 'node_modules/fastify'), 'fastify')).toEqual([])
})
