import { expect, test } from 'vitest'
import { EXPRESSION_LEVELS_MAX } from './compile-expression.ts'
import { CompiledEngine } from './compiled-engine.ts'
import { CLOSEST_MAX, explain } from './explain.ts'
import type { FallbackEngine } from './fallback-engine.ts'
import { decideFailClosed } from './policy-engine.ts'
import type { ClauseJson, ExpressionJson, PolicyJson } from './policy-json.ts'
import { type PolicyRequest, REQUEST_ENTITIES_MAX } from './policy-request.ts'

const ANY = { op: 'All' } as const
const value = (constant: unknown): ExpressionJson => ({ Value: constant })
const of = (variable: string, attr: string): ExpressionJson => ({ '.': { left: { Var: variable }, attr } })
const policy = (effect: PolicyJson['effect'], ...bodies: ExpressionJson[]): PolicyJson => ({
  ...{ effect, principal: ANY, action: ANY, resource: ANY },
  conditions: bodies.map((body): ClauseJson => ({ kind: 'when', body })),
})
const request: PolicyRequest = {
  principal: { type: 'User', id: 'ada' },
  action: { type: 'Action', id: 'read' },
  resource: { type: 'Capsule', id: 'c' },
  context: { risk: 70 },
  entities: [{ uid: { type: 'User', id: 'ada' }, attrs: { trust: 60 }, parents: [{ type: 'Team', id: 'red' }] }],
}
const riskOver = (limit: number): ExpressionJson => ({ '>': { left: of('context', 'risk'), right: value(limit) } })
const BROKEN = of('context', 'absent')

test('nothing is permitted where nothing permits', () => {
  const engine = new CompiledEngine({ policies: {} })
  expect(decideFailClosed(engine, request)).toEqual({
    decision: 'deny',
    reasons: [],
    errors: [],
    code: 'NOT_PERMITTED',
  })
})

test('one forbid outweighs every permit', () => {
  const policies = { a: policy('permit'), b: policy('permit'), c: policy('forbid', riskOver(69)) }
  expect(decideFailClosed(new CompiledEngine({ policies }), request)).toMatchObject({
    ...{ decision: 'deny', reasons: ['c'], code: 'FORBIDDEN_BY_POLICY' },
  })
})

test('a forbid that fails is passed over by Cedar, and denies where it is enforced', () => {
  const engine = new CompiledEngine({ policies: { a: policy('permit'), b: policy('forbid', BROKEN) } })
  expect(engine.decide(request)).toMatchObject({ decision: 'allow', reasons: ['a'], errors: [{ policyId: 'b' }] })
  expect(decideFailClosed(engine, request)).toMatchObject({ decision: 'deny', code: 'POLICY_ERROR' })
})

test.for<{ readonly name: string; readonly change: object; readonly says: string }>([
  { name: 'a number that is no integer', change: { context: { risk: 0.5 } }, says: '0.5' },
  { name: 'a number that a double may not hold', change: { context: { risk: 2 ** 60 } }, says: 'nor a bigint' },
  { name: 'null', change: { context: { risk: null } }, says: 'null' },
  { name: 'a lone surrogate', change: { context: { risk: '\ud800' } }, says: 'no Unicode' },
  { name: 'no principal', change: { principal: undefined }, says: 'cannot be read' },
  {
    name: 'too many entities',
    change: { entities: Array.from({ length: REQUEST_ENTITIES_MAX + 1 }, () => ({})) },
    says: '201 entities',
  },
  {
    name: 'an entity above itself',
    change: { entities: [{ uid: { type: 'A', id: 'a' }, attrs: {}, parents: [{ type: 'A', id: 'a' }] }] },
    says: 'A::"a" is its own ancestor',
  },
  {
    name: 'values that are very deep',
    change: { context: { a: Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 1) } },
    says: '64 levels',
  },
  {
    name: 'a type in an unusual spelling',
    change: { principal: { type: 'User ', id: 'a' } },
    says: 'only Cedar itself',
  },
])('a request with $name is denied, and says why', ({ change, says }) => {
  const engine = new CompiledEngine({ policies: { a: policy('permit') } })
  // What the types do not let through comes from outside.
  const broken = { ...request, ...change } as PolicyRequest
  const decided = decideFailClosed(engine, broken)
  expect(decided).toMatchObject({ decision: 'deny', code: 'POLICY_ERROR' })
  expect(decided.errors[0]?.message).toContain(says)
})

test('without an engine for them, policies with extension types fail and deny', () => {
  const local = policy('forbid', { isLoopback: [{ ip: [value('127.0.0.1')] }] })
  const engine = new CompiledEngine({ policies: { a: policy('permit'), local } })
  expect(decideFailClosed(engine, request)).toMatchObject({ decision: 'deny', errors: [{ policyId: 'local' }] })
})

test('of a thousand policies those are found that may match, by principal, resource and action', () => {
  const team = (id: string): PolicyJson => ({
    ...policy('permit'),
    principal: { op: 'in', entity: { type: 'Team', id } },
  })
  const only = (id: string): PolicyJson => ({
    ...policy('permit'),
    action: { op: 'in', entities: [{ type: 'Action', id }] },
  })
  const others = Array.from(
    { length: 1000 },
    (_, at) => [`p${at}`, at % 2 === 0 ? team(`t${at}`) : only(`a${at}`)] as const,
  )
  const policies = { ...Object.fromEntries(others), red: team('red'), read: only('read') }
  const engine = new CompiledEngine({ policies })
  expect(engine.decide(request).reasons).toEqual(['read', 'red'])
  expect(engine.decide({ ...request, entities: [] }).reasons).toEqual(['read'])
  expect(engine.decide({ ...request, action: { type: 'Action', id: 'a7' } }).reasons).toEqual(['p7', 'red'])
})

test('an expression that is very deep is left to the fallback', () => {
  const asked: string[][] = []
  const fallback: FallbackEngine = {
    decide: () => ({ decision: 'deny', reasons: [], errors: [] }),
    evaluate: (policies) => {
      asked.push(Object.keys(policies))
      return { kind: 'evaluated', satisfied: ['deep'], errors: [] }
    },
  }
  const nest = (levels: number): ExpressionJson => (levels === 0 ? value(true) : { '!': { arg: nest(levels - 1) } })
  const deep = policy('permit', nest(EXPRESSION_LEVELS_MAX))
  const policies = { deep, flat: policy('permit', nest(EXPRESSION_LEVELS_MAX - 2)) }
  expect(new CompiledEngine({ policies }, { fallback }).decide(request).reasons).toEqual(['deep', 'flat'])
  expect(asked).toEqual([['deep']])
})

test('where very many permits come close, the closest are told', () => {
  const permits = Array.from(
    { length: CLOSEST_MAX + 1 },
    (_, at) => [`p${at}`, policy('permit', riskOver(90))] as const,
  )
  const { policies } = explain(new CompiledEngine({ policies: Object.fromEntries(permits) }), request)
  expect(policies).toHaveLength(CLOSEST_MAX)
})

test('an explanation tells which parts of the determining policies held', () => {
  const inTeam: PolicyJson = {
    ...policy('permit', riskOver(10)),
    principal: { op: 'in', entity: { type: 'Team', id: 'red' } },
  }
  const { decided, policies } = explain(
    new CompiledEngine({ policies: { a: inTeam, z: policy('forbid', riskOver(90)) } }),
    request,
  )
  expect(decided.decision).toBe('allow')
  expect(policies).toEqual([
    {
      ...{ policyId: 'a', effect: 'permit', determines: true },
      scope: [
        { text: 'principal in Team::"red"', held: 'held' },
        { text: 'action', held: 'held' },
        { text: 'resource', held: 'held' },
      ],
      clauses: [{ text: 'when { context.risk > 10 }', held: 'held' }],
    },
  ])
})

test('where nothing permits, an explanation tells where the closest permits stopped', () => {
  const policies = { a: policy('permit', riskOver(90), BROKEN), b: policy('permit', riskOver(10), riskOver(80)) }
  const explained = explain(new CompiledEngine({ policies }), request)
  expect(explained.policies.map(({ policyId, clauses }) => [policyId, clauses.map(({ held }) => held)])).toEqual([
    ['b', ['held', 'not']],
    ['a', ['not', 'unreached']],
  ])
})

test('links of templates are policies of their own', () => {
  const template: PolicyJson = { ...policy('permit'), principal: { op: '==', slot: '?principal' } }
  const link = { templateId: 't', newId: 'a', values: { '?principal': { type: 'User', id: 'ada' } } }
  const engine = new CompiledEngine({ policies: {}, templates: { t: template }, links: [link] })
  expect(engine.decide(request).reasons).toEqual(['a'])
  expect(() => new CompiledEngine({ policies: {}, links: [link] })).toThrow('which is no template')
  expect(
    () => new CompiledEngine({ policies: {}, templates: { t: template }, links: [{ ...link, values: {} }] }),
  ).toThrow('is given no entity')
})
