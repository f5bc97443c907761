import { describe, expect, test } from 'vitest'
import { systemRandom } from '#base'
import { createToken, isSameToken, tokenDigest } from './access-token.ts'

describe('a token', () => {
  const token = createToken(systemRandom)

  test.for([
    { name: 'nothing', given: '' },
    { name: 'its prefix alone', given: 'fc_' },
    { name: 'another of the same length', given: createToken(systemRandom) },
    { name: 'itself with a blank', given: `${token} ` },
    { name: 'itself in upper case', given: token.toUpperCase() },
    { name: 'itself without its last character', given: token.slice(0, -1) },
    { name: 'another spelling of the same bytes', given: `${token}=` },
    { name: 'its own digest', given: Buffer.from(tokenDigest(token)).toString('hex') },
    { name: 'a very long text', given: token.repeat(10_000) },
  ])('is not $name', ({ given }) => {
    expect(isSameToken(given, tokenDigest(token))).toBe(false)
  })

  test('is itself', () => {
    expect(isSameToken(token, tokenDigest(token))).toBe(true)
  })

  test('is 256 random bits that fit into a header, with a prefix that scanners know', () => {
    expect(token).toMatch(/^fc_[A-Za-z0-9_-]{43}$/)
    expect(createToken((into) => into.fill(0xfb))).toBe(`fc_${'-_v7'.repeat(10)}-_s`)
  })
})
