import { expect, test } from 'vitest'
import { sealResource } from './resource-name.ts'

const KEY = new Uint8Array(32).fill(7)
const ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'

test.for([
  'the words of somebody',
  `capsule/${ID} and more`,
  'capsule/',
  `door/${ID}`,
  '/',
  '',
  'governance/policies/x',
])('of %j the digest is kept, and neither its words nor their length', (resource) => {
  const sealed = sealResource(KEY, resource)
  expect(sealed).toMatch(/^(other|capsule)\/[0-9a-f]{64}$/)
  expect(sealResource(KEY, resource)).toBe(sealed)
  expect(sealResource(new Uint8Array(32), resource)).not.toBe(sealed)
})

test.for(['*', `capsule/${ID}`, `import/${ID}`, 'governance/policies'])('%s is kept as it is', (resource) => {
  expect(sealResource(KEY, resource)).toBe(resource)
})
