import { expect, test } from 'vitest'
import { CompiledEngine, decideFailClosed, type PolicyJson, type PolicyRequest, type PolicySetJson } from '#policy'
import { CedarInstance } from './cedar-instance.ts'
import { CedarOracle } from './cedar-oracle.ts'

const REARM_MS_MAX = 500
const instance = new CedarInstance()

function setOf(policies: Readonly<Record<string, string>>): PolicySetJson {
  const parse = (text: string): PolicyJson => {
    const answer = instance.call('policyToJson', text)
    if (answer.type === 'success') return answer.json
    throw new Error(answer.errors[0]?.message)
  }
  return { policies: Object.fromEntries(Object.entries(policies).map(([id, text]) => [id, parse(text)])) }
}

const request = (context: PolicyRequest['context'] = {}): PolicyRequest => ({
  principal: { type: 'User', id: 'ada' },
  action: { type: 'Action', id: 'read' },
  resource: { type: 'Capsule', id: 'c' },
  context,
})
const ANY = 'permit(principal, action, resource);'
const LOCAL = 'forbid(principal, action, resource) when { !ip(context.from).isLoopback() };'

/** What no policy in JSON brings about any more: a call that throws. */
const poison = (): PolicyRequest => ({
  ...request(),
  get entities(): never {
    throw new RangeError('poison')
  },
})

test('an instance that broke denies until another is there, which is soon', async () => {
  const broken: string[] = []
  const policies = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`p${at}`, ANY]))
  const oracle = new CedarOracle(setOf(policies), { onBroken: (reason) => broken.push(reason) })
  expect(oracle.decide(request()).decision).toBe('allow')
  const engine = new CompiledEngine(setOf({ any: ANY, local: LOCAL }), { fallback: oracle })
  expect(oracle.decide(poison())).toMatchObject({
    decision: 'deny',
    errors: [{ message: expect.stringContaining('poison') }],
  })
  expect(oracle.isArmed).toBe(false)
  expect(decideFailClosed(oracle, request())).toMatchObject({ decision: 'deny', code: 'POLICY_ERROR' })
  // Those that do not need it are decided as ever; those that do are denied.
  expect(decideFailClosed(engine, request({ from: '127.0.0.1' }))).toMatchObject({
    ...{ decision: 'deny', code: 'POLICY_ERROR', reasons: [] },
    errors: [{ policyId: 'local', message: expect.stringContaining('being made anew') }],
  })
  const started = performance.now()
  while (!oracle.isArmed) await new Promise((resolve) => setImmediate(resolve))
  expect(performance.now() - started).toBeLessThan(REARM_MS_MAX)
  expect(oracle.decide(request()).decision).toBe('allow')
  expect(decideFailClosed(engine, request({ from: '127.0.0.1' })).decision).toBe('allow')
  expect(broken).toEqual([expect.stringContaining('poison')])
})

test('an expression that Cedar itself breaks on costs one instance', async () => {
  const deep = `permit(principal, action, resource) when { ${'('.repeat(200)}true${')'.repeat(200)} };`
  const spent = new CedarInstance()
  expect(() => spent.call('policyToJson', deep)).toThrow()
  expect(() => spent.call('policyToJson', ANY)).toThrow()
  expect(new CedarInstance().call('policyToJson', ANY).type).toBe('success')
})

test('exactly the policies with extension types are left to Cedar', () => {
  const asked: string[][] = []
  const set = setOf({ any: ANY, local: LOCAL })
  const oracle = new CedarOracle(set)
  const fallback = {
    decide: (given: PolicyRequest) => oracle.decide(given),
    evaluate: (policies: Readonly<Record<string, PolicyJson>>, given: PolicyRequest) => {
      asked.push(Object.keys(policies))
      return oracle.evaluate(policies, given)
    },
  }
  const engine = new CompiledEngine(set, { fallback })
  expect(engine.decide(request({ from: '127.0.0.1' }))).toEqual({ decision: 'allow', reasons: ['any'], errors: [] })
  expect(engine.decide(request({ from: '10.0.0.1' }))).toEqual({ decision: 'deny', reasons: ['local'], errors: [] })
  expect(engine.decide(request({ from: 'home' }))).toMatchObject({ decision: 'allow', errors: [{ policyId: 'local' }] })
  expect(asked).toEqual([['local'], ['local'], ['local']])
})

test('a request that only Cedar can read is decided by Cedar, with what all requests know', () => {
  const set = setOf({ any: 'permit(principal, action in Action::"all", resource);' })
  const fixed = [{ uid: request().action, attrs: {}, parents: [{ type: 'Action', id: 'all' }] }]
  const engine = new CompiledEngine(set, { fixed, fallback: new CedarOracle(set) })
  const twice = { uid: { type: 'User', id: 'ada' }, attrs: {}, parents: [] }
  expect(engine.decide({ ...request(), entities: [twice, twice] })).toMatchObject({
    decision: 'allow',
    reasons: ['any'],
  })
  expect(engine.decide({ ...request(), entities: [twice, { ...twice, attrs: { a: 1 } }] })).toMatchObject({
    ...{ decision: 'deny', errors: [{ policyId: null, message: expect.stringContaining('ada') }] },
  })
})

test('policies that Cedar does not take are refused when the engine is made', () => {
  const any = { op: 'All' } as const
  const policies = {
    a: {
      effect: 'permit',
      principal: any,
      action: any,
      resource: any,
      conditions: [{ kind: 'when', body: { nonsense: {} } }],
    },
  } as const
  expect(() => new CedarOracle({ policies })).toThrow('Cedar does not take the policies')
})

test('integers of 64 bits pass as they are', () => {
  const set = setOf({ a: 'permit(principal, action, resource) when { context.n == 9223372036854775807 };' })
  for (const engine of [new CedarOracle(set), new CompiledEngine(set)]) {
    expect(engine.decide(request({ n: 2n ** 63n - 1n })).decision).toBe('allow')
    expect(engine.decide(request({ n: 2n ** 63n - 2n })).decision).toBe('deny')
    expect(engine.decide(request({ n: 2n ** 63n })).errors).toMatchObject([{ policyId: null }])
  }
})
