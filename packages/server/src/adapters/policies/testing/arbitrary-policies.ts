import fc from 'fast-check'
import type { EntityJson, PolicyJson, PolicyRequest, PolicySetJson, UidJson, ValueJson } from '#policy'

/** Few names, so that policies, requests and entities meet. */
const TYPES = ['User', 'Team', 'A::B'] as const
const IDS = ['a', 'b', 'c', 'd "q"'] as const
const ACTIONS = ['read', 'write', 'all'] as const
const TEXTS = ['', 'a', 'ab', 'aab*', 'é', '👍', '127.0.0.1', '2.5'] as const
const LONGS = [0, 1, -1, 2, 7, 2 ** 53 - 1, -(2 ** 53 - 1), 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)] as const
/** Attributes by the type that they have as a rule. */
const NAMES = { long: 'n', text: 's', entity: 'e', set: 'l', record: 'r', flag: 'f', extension: 'x' } as const
const ANY_NAME = fc.constantFrom(...Object.values(NAMES), 'absent', '__proto__')

const uid: fc.Arbitrary<UidJson> = fc.record({ type: fc.constantFrom(...TYPES), id: fc.constantFrom(...IDS) })
const action: fc.Arbitrary<UidJson> = fc.record({ type: fc.constant('Action'), id: fc.constantFrom(...ACTIONS) })

const extension: fc.Arbitrary<ValueJson> = fc.constantFrom(
  { __extn: { fn: 'ip', arg: '127.0.0.1' } },
  { __extn: { fn: 'ip', arg: '127.0.0.1/32' } },
  { __extn: { fn: 'decimal', arg: '2.5' } },
  { __extn: { fn: 'decimal', arg: '2.50' } },
  { __extn: { fn: 'datetime', arg: '2026-01-01' } },
  { __extn: { fn: 'duration', arg: '1h' } },
  { __extn: { fn: 'ip', arg: 'nonsense' } },
)
const long: fc.Arbitrary<ValueJson> = fc.constantFrom<ValueJson>(...LONGS)
const text: fc.Arbitrary<ValueJson> = fc.constantFrom<ValueJson>(...TEXTS)
const entity: fc.Arbitrary<ValueJson> = uid.map((name) => ({ __entity: { ...name } }))
const plain: fc.Arbitrary<ValueJson> = fc.oneof(fc.boolean(), long, text, entity)
const list: fc.Arbitrary<ValueJson> = fc.array(fc.oneof(plain, fc.array(plain, { maxLength: 2 })), { maxLength: 3 })

/** Mostly of the type that the name promises, so that evaluation goes deep; sometimes not, so that it fails. */
const mostly = (usual: fc.Arbitrary<ValueJson>): fc.Arbitrary<ValueJson> =>
  fc.oneof({ arbitrary: usual, weight: 8 }, { arbitrary: plain, weight: 1 })

const attributesWith = (record: fc.Arbitrary<ValueJson>, extensionsPercent: number) =>
  fc
    .tuple(
      fc.record(
        {
          n: mostly(long),
          s: mostly(text),
          e: mostly(entity),
          l: mostly(list),
          r: mostly(record),
          f: mostly(fc.boolean()),
          ['__proto__']: plain,
        },
        { requiredKeys: [] },
      ),
      fc.integer({ min: 1, max: 100 }),
      extension,
    )
    .map(
      ([members, draw, value]): Record<string, ValueJson> => ({
        ...members,
        ...(draw <= extensionsPercent && { x: value }),
      }),
    )
const inner = attributesWith(fc.constant({}), 2)
const attributes = attributesWith(inner, 5)

/** A team may be below another; sometimes in a circle, which Cedar refuses. */
const known: fc.Arbitrary<EntityJson> = fc.record({
  uid: fc.oneof({ arbitrary: uid, weight: 6 }, { arbitrary: action, weight: 1 }),
  attrs: attributes,
  parents: fc.array(uid, { maxLength: 2 }),
  tags: fc.record({ s: plain, a: text }, { requiredKeys: [] }),
})
const entities = fc
  .array(known, { maxLength: 5 })
  .map((list) => [...new Map(list.map((each) => [JSON.stringify(each.uid), each])).values()].map(withoutSelf))
const actionGroups: EntityJson[] = [
  { uid: { type: 'Action', id: 'read' }, attrs: {}, parents: [{ type: 'Action', id: 'all' }] },
]
const withoutSelf = (each: EntityJson, at: number): EntityJson =>
  // One in some is left as it is drawn, circles and all.
  at === 4 ? each : { ...each, parents: each.parents.filter(({ id }) => id > each.uid.id) }

export const arbitraryRequest: fc.Arbitrary<PolicyRequest> = fc
  .record({ principal: uid, action, resource: uid, context: attributes, entities, grouped: fc.boolean() })
  .map(({ grouped, ...request }) => ({
    ...request,
    entities:
      grouped && request.entities.every(({ uid: { type } }) => type !== 'Action')
        ? [...request.entities, ...actionGroups]
        : request.entities,
  }))

type Expression = Record<string, unknown>
const VALUE = (value: unknown): Expression => ({ Value: value })
const variable = fc
  .constantFrom('principal', 'resource', 'context', 'action')
  .map((name): Expression => ({ Var: name }))
const call2 = (name: string) => (left: fc.Arbitrary<Expression>, right: fc.Arbitrary<Expression>) =>
  fc.record({ left, right }).map((body): Expression => ({ [name]: body }))
const pattern = fc.array(
  fc.oneof(
    fc.constant('Wildcard' as const),
    fc.constantFrom('a', 'b', '*', 'é').map((letter) => ({ Literal: letter })),
  ),
  { maxLength: 4 },
)
const EXTENSION_CALLS: readonly Expression[] = [
  { isIpv4: [{ ip: [VALUE('127.0.0.1')] }] },
  { isLoopback: [{ '.': { left: { Var: 'context' }, attr: 'x' } }] },
  { lessThan: [{ decimal: [VALUE('1.5')] }, { decimal: [VALUE('2.5')] }] },
  { '<': { left: { duration: [VALUE('1h')] }, right: { '.': { left: { Var: 'context' }, attr: 'x' } } } },
  { isIpv4: [{ ip: [{ '.': { left: { Var: 'context' }, attr: 's' } }] }] },
]

/** Every operator, of every type that may stand there, and now and then of another. */
const { flag } = fc.letrec<Record<'flag' | 'number' | 'word' | 'thing' | 'group' | 'shape' | 'any', Expression>>(
  (tie) => {
    const limits = { maxDepth: 4, depthIdentifier: 'expression' }
    const of = (name: string) =>
      fc
        .oneof({ arbitrary: variable, weight: 3 }, { arbitrary: tie('shape'), weight: 1 })
        .map((left): Expression => ({ '.': { left, attr: name } }))
    const noisy = (name: 'flag' | 'number' | 'word' | 'thing' | 'group' | 'shape') =>
      fc.oneof({ arbitrary: tie(name), weight: 12 }, { arbitrary: tie('any'), weight: 1 })
    const choice = (name: 'flag' | 'number' | 'word' | 'thing' | 'group') =>
      fc.tuple(noisy('flag'), tie(name), tie(name)).map(([test, yes, no]): Expression => {
        const body = Object.fromEntries([
          ['if', test],
          ['then', yes],
          ['else', no],
        ])
        return { 'if-then-else': body }
      })
    const anything = tie('any')
    return {
      flag: fc.oneof(
        limits,
        fc.boolean().map(VALUE),
        of(NAMES.flag),
        ...['&&', '||'].map((name) => call2(name)(noisy('flag'), noisy('flag'))),
        ...['==', '!='].map((name) => call2(name)(anything, anything)),
        ...['<', '<=', '>', '>='].map((name) => call2(name)(noisy('number'), noisy('number'))),
        noisy('flag').map((arg) => ({ '!': { arg } })),
        call2('in')(noisy('thing'), fc.oneof(noisy('thing'), noisy('group'))),
        call2('contains')(noisy('group'), anything),
        call2('containsAll')(noisy('group'), noisy('group')),
        call2('containsAny')(noisy('group'), noisy('group')),
        noisy('group').map((arg) => ({ isEmpty: { arg } })),
        call2('hasTag')(noisy('thing'), noisy('word')),
        fc
          .record({
            left: noisy('shape'),
            attr: fc.oneof(ANY_NAME, fc.array(ANY_NAME, { minLength: 1, maxLength: 3 })),
          })
          .map((body) => ({ has: body })),
        fc.record({ left: noisy('word'), pattern }).map((body) => ({ like: body })),
        fc.record({ left: noisy('thing'), entity_type: fc.constantFrom(...TYPES) }).map((body) => ({ is: body })),
        fc
          .record({ left: noisy('thing'), entity_type: fc.constantFrom(...TYPES), in: noisy('thing') })
          .map((body) => ({ is: body })),
        choice('flag'),
        { arbitrary: fc.constantFrom(...EXTENSION_CALLS), weight: 1 },
      ),
      number: fc.oneof(
        limits,
        long.map(VALUE),
        of(NAMES.long),
        ...['+', '-', '*'].map((name) => call2(name)(noisy('number'), noisy('number'))),
        noisy('number').map((arg) => ({ neg: { arg } })),
        choice('number'),
      ),
      word: fc.oneof(
        limits,
        text.map(VALUE),
        of(NAMES.text),
        call2('getTag')(noisy('thing'), noisy('word')),
        choice('word'),
      ),
      thing: fc.oneof(limits, entity.map(VALUE), variable, of(NAMES.entity), choice('thing')),
      group: fc.oneof(
        limits,
        of(NAMES.set),
        fc.array(plain.map(VALUE), { maxLength: 3 }).map((elements) => ({ Set: elements })),
        fc.array(anything, { maxLength: 3 }).map((elements) => ({ Set: elements })),
        choice('group'),
      ),
      shape: fc.oneof(
        limits,
        variable,
        of(NAMES.record),
        fc
          .record({ n: noisy('number'), f: noisy('flag') }, { requiredKeys: [] })
          .map((members) => ({ Record: members })),
      ),
      any: fc.oneof(
        limits,
        tie('flag'),
        tie('number'),
        tie('word'),
        tie('thing'),
        tie('group'),
        tie('shape'),
        of(NAMES.extension),
      ),
    }
  },
)

const who = fc.oneof(
  { arbitrary: fc.constant({ op: 'All' as const }), weight: 4 },
  uid.map((each) => ({ op: '==' as const, entity: each })),
  uid.map((each) => ({ op: 'in' as const, entity: each })),
  fc.constantFrom(...TYPES).map((type) => ({ op: 'is' as const, entity_type: type })),
  fc
    .tuple(fc.constantFrom(...TYPES), uid)
    .map(([type, each]) => ({ op: 'is' as const, entity_type: type, in: { entity: each } })),
)
const what = fc.oneof(
  { arbitrary: fc.constant({ op: 'All' as const }), weight: 2 },
  action.map((each) => ({ op: '==' as const, entity: each })),
  action.map((each) => ({ op: 'in' as const, entity: each })),
  fc.array(action, { maxLength: 3 }).map((each) => ({ op: 'in' as const, entities: each })),
)
const policy: fc.Arbitrary<PolicyJson> = fc.record({
  effect: fc.constantFrom('permit' as const, 'permit' as const, 'forbid' as const),
  principal: who,
  action: what,
  resource: who,
  conditions: fc.array(fc.record({ kind: fc.constantFrom('when' as const, 'unless' as const), body: flag }), {
    maxLength: 3,
  }),
})

const template: fc.Arbitrary<PolicyJson> = policy.map((each) => ({
  ...each,
  principal: { op: 'in', slot: '?principal' },
  resource: { op: '==', slot: '?resource' },
}))

export const arbitraryPolicies: fc.Arbitrary<PolicySetJson> = fc
  .record({
    list: fc.array(policy, { minLength: 1, maxLength: 6 }),
    template,
    principal: uid,
    resource: uid,
    isLinked: fc.boolean(),
  })
  .map(({ list, template: linked, principal, resource, isLinked }) => ({
    policies: Object.fromEntries(list.map((each, at) => [`p${at}`, each])),
    ...(isLinked && {
      templates: { t: linked },
      links: [{ templateId: 't', newId: 'linked', values: { '?principal': principal, '?resource': resource } }],
    }),
  }))
