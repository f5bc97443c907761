import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions, formatVersion, nextVersion, parseVersion, type Version } from './semver.ts'

const anyVersion = fc.record({ major: fc.nat(999_999_999), minor: fc.nat(999_999_998), patch: fc.nat(999_999_998) })

test.for([
  '',
  '1',
  '1.2',
  '1.2.3.4',
  '01.2.3',
  '1.2.3-beta',
  '1.2.3+build',
  'v1.2.3',
  ' 1.2.3',
  '1.2.3\n',
  '-1.2.3',
  '1.2.9999999999',
  '１.2.3',
])('does not take "%s" for a version', (text) => {
  expect(parseVersion(text)).toBeUndefined()
  expect(nextVersion('1.0.0', { contentChanged: true, requested: text })).toMatchObject({ kind: 'refused' })
})

test.for([
  { name: 'the first version', previous: undefined, change: { contentChanged: true }, version: '1.0.0' },
  {
    name: 'a first version that is named',
    previous: undefined,
    change: { contentChanged: true, requested: '3.1.0' },
    version: '3.1.0',
  },
  { name: 'new content', previous: '1.2.3', change: { contentChanged: true }, version: '1.3.0' },
  { name: 'new tags', previous: '1.2.3', change: { contentChanged: false }, version: '1.2.4' },
  {
    name: 'a named higher version',
    previous: '1.9.9',
    change: { contentChanged: false, requested: '1.10.0' },
    version: '1.10.0',
  },
])('$name is $version', ({ previous, change, version }) => {
  expect(nextVersion(previous, change)).toEqual({ kind: 'version', version })
})

test.for([
  { name: 'the same version', previous: '2.0.0', requested: '2.0.0' },
  { name: 'a lower version', previous: '2.0.0', requested: '1.9.9' },
  { name: 'a first version below 1.0.0', previous: undefined, requested: '0.9.0' },
  { name: 'anything after a version that is none', previous: 'banana', requested: undefined },
  { name: 'a raise beyond nine digits', previous: '1.999999999.0', requested: undefined },
])('$name is refused with its reason', ({ previous, requested }) => {
  const next = nextVersion(previous, { contentChanged: true, requested })
  expect(next.kind).toBe('refused')
  expect(next.kind === 'refused' && next.reason.length).toBeGreaterThan(10)
})

test('a reason repeats no more than the beginning of what was sent', () => {
  const next = nextVersion('1.0.0', { contentChanged: true, requested: 'x'.repeat(1_000_000) })
  expect(next.kind === 'refused' && next.reason.length).toBeLessThan(200)
})

test('the next version is always higher than the one before', () => {
  fc.assert(
    fc.property(anyVersion, fc.boolean(), (version, contentChanged) => {
      const next = nextVersion(formatVersion(version), { contentChanged })
      expect(next.kind === 'version' && compareVersions(parseVersion(next.version)!, version)).toBeGreaterThan(0)
    }),
  )
})

test('comparing orders versions as their numbers do', () => {
  const asNumbers = ({ major, minor, patch }: Version): bigint =>
    (BigInt(major) * 10n ** 9n + BigInt(minor)) * 10n ** 9n + BigInt(patch)
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      const difference = asNumbers(a) - asNumbers(b)
      expect(Math.sign(compareVersions(a, b))).toBe(difference > 0n ? 1 : difference < 0n ? -1 : 0)
    }),
  )
})
