import fc from 'fast-check'
import type { CircuitView } from '../circuit.ts'
import type { DriftReading } from '../penalty.ts'
import { CONFIGURED, type RoutingRules, routingSchema } from '../routing-rules.ts'
import type { RoutingRequest } from '../select-provider.ts'

export const PROVIDERS = ['east', 'west', 'north'] as const
const provider = fc.constantFrom(CONFIGURED, ...PROVIDERS)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const lane = fc.constantFrom('a', 'b')
const role = fc.constantFrom('administrator', 'member')

const when = fc.record({
  purpose: maybe(fc.constantFrom('query', 'document')),
  action: maybe(fc.constantFrom('capsule.search', 'capsule.create')),
  subject: maybe(fc.constantFrom('ada', 'id-1')),
  kind: maybe(fc.constantFrom('person', 'agent')),
  role: maybe(role),
  lane: maybe(lane),
  trust_min: maybe(fc.nat(100)),
  characters_min: maybe(fc.nat(100)),
  characters_max: maybe(fc.nat(100)),
  percent: maybe(fc.nat(100)),
  hours: maybe(fc.tuple(fc.nat(23), fc.nat(24))),
})

const rule = (name: string) =>
  fc.record({
    name: fc.constant(name),
    when,
    split: fc.uniqueArray(fc.record({ provider, weight: fc.integer({ min: 1, max: 100 }) }), {
      ...{ minLength: 1, maxLength: 4, selector: (arm) => arm.provider },
    }),
    sticky: fc.constantFrom('subject', 'lane', 'text'),
    fallbacks: maybe(fc.array(provider, { maxLength: 3 })),
  })

const declared = { url: 'http://127.0.0.1:1/v1', model: 'm', circuit: { failures: 2, open_ms: 1000, probes: 2 } }

/** Rules as their file would say them. */
export const rules: fc.Arbitrary<RoutingRules> = fc
  .tuple(maybe(rule('one')), maybe(rule('two')), fc.constantFrom(0, 0.5, 1), fc.constantFrom(0, 0.1))
  .map(([one, two, strength, floor]) =>
    routingSchema.parse({
      version: 1,
      providers: Object.fromEntries(PROVIDERS.map((name) => [name, declared])),
      rules: [one, two].filter((each) => each !== undefined),
      penalty: { strength, floor },
    }),
  )

export const request: fc.Arbitrary<RoutingRequest> = fc.record({
  purpose: fc.constantFrom('query', 'document'),
  action: maybe(fc.constantFrom('capsule.search', 'capsule.create')),
  subject: maybe(
    fc.record({
      id: fc.constantFrom('id-1', 'id-2', 'id-3'),
      name: fc.constantFrom('ada', 'scout'),
      kind: fc.constantFrom('person', 'agent'),
      roles: fc.array(role, { maxLength: 1 }),
      trust: fc.nat(100),
    }),
  ),
  lane: maybe(lane),
  characters: fc.nat(150),
  text: maybe(fc.string({ maxLength: 5 })),
  at: fc.nat(2_000_000_000),
})

export const view: fc.Arbitrary<CircuitView> = fc.constantFrom('closed', 'open', 'probing', 'busy')
export const drift: fc.Arbitrary<DriftReading | undefined> = maybe(
  fc.record({ value: fc.double({ min: 0, max: 1, noNaN: true }), samples: fc.nat(9), at: fc.constant(0) }),
)
