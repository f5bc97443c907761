import { expect, test } from 'vitest'
import { coversAction, isWithin } from './scopes.ts'

test.for([
  { scopes: [], action: 'capsule.read', covered: false },
  { scopes: ['capsule.search'], action: 'capsule.read', covered: false },
  { scopes: ['capsule.rea'], action: 'capsule.read', covered: false },
  { scopes: ['capsul.*'], action: 'capsule.read', covered: false },
  { scopes: ['.*'], action: 'capsule.read', covered: false },
  { scopes: ['subject.*'], action: 'token.create', covered: false },
  { scopes: ['capsule.read'], action: 'capsule.read', covered: true },
  { scopes: ['subject.read', 'capsule.*'], action: 'capsule.erase', covered: true },
  { scopes: ['*'], action: 'system.restore', covered: true },
  { scopes: null, action: 'system.restore', covered: true },
] as const)('$scopes for $action: $covered', ({ scopes, action, covered }) => {
  expect(coversAction(scopes, action)).toBe(covered)
})

test.for([
  { inner: null, outer: ['*', 'capsule.*'], within: false },
  { inner: ['*'], outer: ['capsule.*'], within: false },
  { inner: ['capsule.*'], outer: ['capsule.read', 'capsule.search'], within: false },
  { inner: ['capsule.read', 'token.create'], outer: ['capsule.*'], within: false },
  { inner: ['capsule.read', 'capsule.*'], outer: ['capsule.*'], within: true },
  { inner: ['capsule.*'], outer: ['*'], within: true },
  { inner: null, outer: null, within: true },
] as const)('$inner within $outer: $within', ({ inner, outer, within }) => {
  expect(isWithin(inner, outer)).toBe(within)
})
