import { expect, test } from 'vitest'
import { toRfc3339 } from './clock.ts'

test.for([
  [0, '1970-01-01T00:00:00.000Z'],
  [-1, '1969-12-31T23:59:59.999Z'],
  [951_782_400_007, '2000-02-29T00:00:00.007Z'],
] as const)('%d ms is %s', ([ms, text]) => {
  expect(toRfc3339(ms)).toBe(text)
})
