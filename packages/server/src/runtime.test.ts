import { describe, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { checkRuntime } from './runtime.ts'

function verdict(node: string, sqlite: string | undefined): string {
  try {
    checkRuntime({ ...process.versions, node, sqlite })
    return 'fit'
  } catch (error) {
    return isCascadeError(error) ? error.message : String(error)
  }
}

describe('a runtime that is too old or says nothing is refused', () => {
  test.for([
    { node: '20.20.2', sqlite: undefined },
    { node: '23.11.1', sqlite: '3.53.4' },
    { node: '9.0.0', sqlite: '3.53.4' },
    { node: '', sqlite: '3.53.4' },
    { node: 'twenty-four', sqlite: '3.53.4' },
  ])('Node.js $node', ({ node, sqlite }) => {
    expect(verdict(node, sqlite)).toBe(`BOOT_FAILED: Node.js 24 or newer is needed; this is ${node}.`)
  })

  test.for(['3.51.2', '3.50.99', '3.9.9', '2.99.0', '3.51', '3', '', 'none', '3.x.9'])('SQLite %s', (sqlite) => {
    expect(verdict('24.0.0', sqlite)).toBe(
      `BOOT_FAILED: SQLite 3.51.3 or newer is needed; this Node.js (24.0.0) has ${sqlite}. A newer Node.js brings it.`,
    )
  })

  test('no SQLite at all', () => {
    expect(verdict('24.0.0', undefined)).toContain('has none.')
  })
})

test.for([
  { node: '24.0.0', sqlite: '3.51.3' },
  { node: '24.21.0', sqlite: '3.53.4' },
  { node: '25.0.0-nightly20260301', sqlite: '3.51.10' },
  { node: '100.0.0', sqlite: '4.0.0' },
])('Node.js $node with SQLite $sqlite carries the instance', ({ node, sqlite }) => {
  expect(verdict(node, sqlite)).toBe('fit')
})

test('this one does', () => {
  expect(() => checkRuntime()).not.toThrow()
})
