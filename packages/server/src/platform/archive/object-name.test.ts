import { expect, test } from 'vitest'
import { isObjectName, OBJECT_NAME_LENGTH_MAX } from './object-store.ts'

test('a name is short, and leads nowhere but to itself', () => {
  const longest = 'a'.repeat(OBJECT_NAME_LENGTH_MAX)
  expect(isObjectName(longest)).toBe(true)
  expect(isObjectName(`${longest}a`)).toBe(false)
  for (const bad of ['', '.hidden', '-a', 'a..b', 'a/b', 'a\\b', 'A', 'a\u0000']) expect(isObjectName(bad)).toBe(false)
})
