import { ERRORS, type ErrorCode } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { CascadeError, isCascadeError, messageOf } from './error.ts'

describe('the message of what was thrown', () => {
  test.for([
    { name: 'an object without a prototype', thrown: Object.create(null), message: '[object Object]' },
    { name: 'an object that cannot become text', thrown: { toString: 1, secret: 'x' }, message: '[object Object]' },
    { name: 'a symbol', thrown: Symbol('s'), message: 'Symbol(s)' },
    { name: 'nothing', thrown: undefined, message: 'undefined' },
    { name: 'text', thrown: 'broken', message: 'broken' },
    { name: 'an error', thrown: new RangeError('too far'), message: 'too far' },
  ])('is told for $name', ({ thrown, message }) => {
    expect(messageOf(thrown)).toBe(message)
  })
})

describe('a cascade error', () => {
  test('has the status of its row for every code, and a pause where trying again helps', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const error = new CascadeError(code, 'why')
      const retryable = 'retryable' in ERRORS[code]
      expect([error.status, error.retryAfterS]).toEqual([ERRORS[code].status, retryable ? 1 : undefined])
    }
  })

  test('keeps detail, fields, extensions, cause and pause as given', () => {
    const cause = new Error('the cause')
    const errors = [{ pointer: '/trust', code: 'too_big', message: 'at most 60' }]
    const error = new CascadeError('RATE_LIMITED', 'slower', { errors, extensions: { a: 1 }, cause, retryAfterS: 9 })
    expect(error).toMatchObject({ code: 'RATE_LIMITED', detail: 'slower', errors, extensions: { a: 1 }, cause })
    expect([error.message, error.retryAfterS]).toEqual(['RATE_LIMITED: slower', 9])
  })

  test('has no cause, no fields and no extensions unless they are given', () => {
    const error = new CascadeError('NOT_FOUND', 'gone')
    expect('cause' in error).toBe(false)
    expect([error.errors, error.extensions]).toEqual([[], {}])
  })

  test('is told from what only looks like one', () => {
    expect(isCascadeError(new CascadeError('INTERNAL', 'x'))).toBe(true)
    for (const other of [new Error('x'), { name: 'CascadeError', code: 'INTERNAL' }, null, 'INTERNAL'])
      expect(isCascadeError(other)).toBe(false)
  })
})
