import { ACTIONS } from '@forge-cascade/contract/vocabulary'
import { expect, test } from 'vitest'
import { armText, BUILT_IN } from '../testing/draw-inputs.ts'
import { SAMPLE_REQUESTS_MAX, SAMPLE_WORDS_MAX, sampleRequests } from './sample-requests.ts'

const lanes = (count: number): string =>
  Array.from({ length: count }, (_, n) => `resource.lane == "lane-${n}"`).join(' || ')
const naming = async (clause: string) =>
  (await armText(`@id("a") permit(principal, action, resource is Capsule) when { resource has lane && (${clause}) };`))
    .bundle

test('every role asks for every action', () => {
  const { requests } = sampleRequests([BUILT_IN.bundle], null, BUILT_IN.digest)
  for (const role of ['administrator', 'steward', 'auditor', 'member', 'nobody', 'service'])
    expect(new Set(requests.filter((one) => one.role === role).map(({ input }) => input.action)).size).toBe(
      Object.keys(ACTIONS).length,
    )
})

test('no more is asked than the limit, in even steps, and the same every time', async () => {
  const bundle = await naming(lanes(SAMPLE_WORDS_MAX))
  const sample = sampleRequests([BUILT_IN.bundle, bundle], null, BUILT_IN.digest)
  expect(sample.requests.length).toBe(SAMPLE_REQUESTS_MAX)
  expect(sample.of).toBeGreaterThan(SAMPLE_REQUESTS_MAX)
  expect(sampleRequests([BUILT_IN.bundle, bundle], null, BUILT_IN.digest).digest).toBe(sample.digest)
  expect(new Set(sample.requests.map(({ role }) => role)).size).toBeGreaterThan(6)
})

test('the first words of an attribute are asked about, and no more of them', async () => {
  const bundle = await naming(lanes(SAMPLE_WORDS_MAX + 3))
  const { requests } = sampleRequests([bundle], null, bundle.digest)
  const asked = requests.flatMap(({ input: { facts } }) => (facts !== null && 'lane' in facts ? [facts.lane] : []))
  expect(new Set(asked.filter((lane) => lane !== null)).size).toBe(SAMPLE_WORDS_MAX)
})

test('numbers that a policy compares with are asked about with their neighbours, and whom it names', async () => {
  const { bundle } = await armText(
    '@id("a") permit(principal == Subject::"ada", action, resource) when { principal.trust > 70 && context.risk < 20 };',
  )
  const { requests } = sampleRequests([bundle], null, bundle.digest)
  const trusts = new Set(requests.map(({ input }) => input.subject?.trust))
  const risks = new Set(requests.map(({ input }) => input.risk))
  expect([70, 71, 69].every((trust) => trusts.has(trust))).toBe(true)
  expect([19, 20, 21].every((risk) => risks.has(risk))).toBe(true)
  expect(requests.some(({ input }) => input.subject?.id === 'ada')).toBe(true)
})

test('of the many requests that policies with many words make, those that are asked alone are made', async () => {
  const wordsOf = (name: string) =>
    Array.from({ length: SAMPLE_WORDS_MAX }, (_, n) => `resource.${name} == "${name}-${n}"`)
  const texts = ['type', 'status'].flatMap(wordsOf)
  const has = (name: string, n: number) => `(resource has ${name} && resource.${name} == "${name}-${n}")`
  const optional = ['identity', 'lane', 'fold'].flatMap((name) =>
    Array.from({ length: SAMPLE_WORDS_MAX }, (_, n) => has(name, n)),
  )
  const numbers = Array.from(
    { length: SAMPLE_WORDS_MAX },
    (_, n) => `(principal.trust > ${n * 7} && context.risk < ${n * 9})`,
  )
  const { bundle } = await armText(
    `@id("a") permit(principal, action, resource is Capsule) when { ${[...texts, ...optional, ...numbers].join(' || ')} };`,
  )
  const sample = sampleRequests([bundle], null, bundle.digest)
  expect(sample.of).toBeGreaterThan(100_000)
  expect(sample.requests).toHaveLength(SAMPLE_REQUESTS_MAX)
  expect(new Set(sample.requests.map(({ role }) => role)).size).toBeGreaterThan(6)
})
