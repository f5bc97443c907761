import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, sha256Hex } from '#base'
import { structureCheck } from './checks/structure-check.ts'
import { artifactOf, bareArtifact } from './testing.ts'
import type { CheckResult, VerificationCheck } from './verification-check.ts'
import { scoreOf, sealReport, type VerificationOptions, verifyArtifact } from './verify-artifact.ts'

const AT = Date.parse('2026-03-01T09:00:00Z')
const artifact = artifactOf({ a: 'a' })

const check = (name: string, outcome: CheckResult['outcome'], weight = 1): VerificationCheck => ({
  ...{ name, weight, run: () => ({ outcome, detail: name }) },
})

function verify(checks: readonly VerificationCheck[], more: Partial<VerificationOptions> = {}) {
  let ms = 0
  const signal = new AbortController().signal
  const now = () => (ms += 1.4)
  return verifyArtifact(artifact, { checks, verifier: 'test 1', clock: () => AT, now, signal, ...more })
}

test('a report says what was verified, when, by what, and what each check came to', async () => {
  expect(await verify([check('one', 'passed'), check('two', 'skipped', 3)])).toEqual({
    v: 1,
    artifact: { digest: artifact.digest, files: 2, bytes: artifact.size, name: 'probe', version: '1.0.0' },
    verified_at: '2026-03-01T09:00:00.000Z',
    verifier: 'test 1',
    passed: true,
    score: 0.25,
    checks: [
      { name: 'one', outcome: 'passed', weight: 1, detail: 'one', ms: 1 },
      { name: 'two', outcome: 'skipped', weight: 3, detail: 'two', ms: 1 },
    ],
  })
})

test('its bytes are the same wherever it is written, and the digest is theirs', async () => {
  const report = await verify([check('one', 'passed')])
  const reversed = Object.fromEntries(Object.entries(report).toReversed())
  const sealed = sealReport(report)
  expect(sealed.canonical).toBe(canonicalJson(reversed))
  expect(sealed.sha256).toBe(sha256Hex(sealed.canonical))
})

describe('a check', () => {
  test('that throws has failed, and the others go on', async () => {
    const broken: VerificationCheck = {
      ...{ name: 'broken', weight: 1 },
      run: () => {
        throw new TypeError('no\nsuch')
      },
    }
    const { passed, score, checks } = await verify([broken, check('next', 'passed')])
    expect([passed, score]).toEqual([false, 0])
    expect(checks).toMatchObject([{ outcome: 'failed', detail: 'the check broke: no such' }, { outcome: 'passed' }])
  })

  test('knows which ones before it failed', async () => {
    const seen: (readonly string[])[] = []
    const watch: VerificationCheck = {
      ...{ name: 'watch', weight: 0 },
      run: ({ failed }) => {
        seen.push(failed)
        return { outcome: 'passed', detail: '' }
      },
    }
    await verify([watch, check('a', 'failed'), check('b', 'skipped'), watch])
    expect(seen).toEqual([[], ['a']])
  })

  test('says what it found in one line of a bounded length', async () => {
    const loud: VerificationCheck = {
      ...{ name: 'loud', weight: 1 },
      run: () => ({ outcome: 'passed', detail: `a\n\u001b[31m\ud800${'x'.repeat(5000)}😀` }),
    }
    const { checks } = await verify([loud])
    expect(checks[0]?.detail).toMatch(/^a \[31m\ufffdx+$/)
    expect(checks[0]?.detail).toHaveLength(1000)
  })
})

test('who leaves ends it between two checks, and no report is made', async () => {
  const controller = new AbortController()
  const ran: string[] = []
  const leave = (name: string): VerificationCheck => ({
    ...{ name, weight: 1 },
    run: () => {
      ran.push(name)
      controller.abort(new Error('gone'))
      throw new Error('because of that')
    },
  })
  await expect(verify([leave('one'), leave('two')], { signal: controller.signal })).rejects.toThrow('gone')
  expect(ran).toEqual(['one'])
})

test('progress names each check before it runs', async () => {
  const told: unknown[] = []
  await verify([check('one', 'passed'), check('two', 'passed')], { onProgress: (...all) => told.push(all) })
  expect(told).toEqual([
    ['one', 0, 2],
    ['two', 1, 2],
  ])
})

test.for([
  { what: 'no manifest', before: bareArtifact({ a: 'a' }) },
  { what: 'a manifest that cannot be read', before: bareArtifact({ 'cascade-artifact.json': '{' }) },
])('a version before with $what is refused', async ({ before }) => {
  await expect(verify([], { before })).rejects.toMatchObject({ code: 'UNPROCESSABLE' })
})

const rows = fc.array(
  fc.record({
    outcome: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const),
    weight: fc.integer({ min: 0, max: 10 }),
  }),
)

describe('the score', () => {
  test('is from 0 to 1, 0 with any failure, and 1 where all that weighs something passed', () => {
    fc.assert(
      fc.property(rows, (checks) => {
        const score = scoreOf(checks)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1)
        if (checks.some(({ outcome }) => outcome === 'failed')) expect(score).toBe(0)
        const weighing = checks.filter(({ weight }) => weight > 0)
        const allPassed =
          weighing.length > 0 &&
          checks.every(({ outcome, weight }) => outcome === 'passed' || (weight === 0 && outcome === 'skipped'))
        if (allPassed) expect(score).toBe(1)
      }),
    )
  })

  test('never rises where a check that passed is skipped', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (checks, chance) => {
        const at = checks.length === 0 ? 0 : chance % checks.length
        const row = checks[at]
        if (row?.outcome !== 'passed') return
        expect(scoreOf(checks.with(at, { ...row, outcome: 'skipped' }))).toBeLessThanOrEqual(scoreOf(checks))
      }),
    )
  })
})

test('whatever bytes an artifact is made of, the answer is a report', async () => {
  const paths = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constant('cascade-artifact.json'),
    fc.constantFrom('..', '/', 'a'),
  )
  const files = fc.dictionary(paths, fc.oneof(fc.string(), fc.json()))
  await fc.assert(
    fc.asyncProperty(files, async (given) => {
      const hostile = bareArtifact(given)
      const signal = new AbortController().signal
      const options = { checks: [structureCheck], verifier: 't', clock: () => AT, now: () => 0, signal }
      const report = await verifyArtifact(hostile, options)
      expect(sealReport(report).sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(report.checks[0]?.detail).not.toMatch(/\p{Cc}/u)
    }),
  )
})
