import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { limitMemory } from './limit-memory.ts'

const folder = dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs'))
const module = readFileSync(join(folder, 'cedar_wasm_bg.wasm'))
const PAGES = 64

interface Memory {
  grow(pages: number): number
}

test('the memory of Cedar’s module grows to its bound, and not beyond it', () => {
  const bounded = new WebAssembly.Module(limitMemory(module, PAGES))
  const functions = WebAssembly.Module.imports(bounded).map(({ name }) => [name, () => undefined])
  const { exports } = new WebAssembly.Instance(bounded, { './cedar_wasm_bg.js': Object.fromEntries(functions) })
  const memory = exports.memory as Memory
  const least = memory.grow(0)
  expect(memory.grow(PAGES - least)).toBe(least)
  expect(() => memory.grow(1)).toThrow(RangeError)
})

test('a module without a memory of its own is refused', () => {
  expect(() => limitMemory(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), PAGES)).toThrow('declares no memory')
})
