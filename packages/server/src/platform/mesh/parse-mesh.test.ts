import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { CascadeEvent } from '#store'
import { type EventFilter, fulfils } from './event-filter.ts'
import { problemInWords } from './mesh-config.ts'
import { MESH_FILE_LIMITS } from './mesh-form.ts'
import { registerSinkKinds } from './mesh-sink.ts'
import { parseMesh } from './parse-mesh.ts'
import { compileTypePattern } from './type-pattern.ts'

const kinds = registerSinkKinds([
  {
    kind: 'box',
    options: z.strictObject({ url: z.string().startsWith('https://') }),
    open: () => ({ kind: 'box', name: 'b', deliver: async () => undefined }),
  },
])
const ROUTE = `version: 1
routes:
  - name: one
    match: [cascade.capsule.*]
    sinks: [{kind: box, name: ops, url: 'https://x.test'}]
`
const problems = (text: string): readonly string[] => {
  const reading = parseMesh(text, kinds)
  return reading.ok ? [] : reading.problems.map(problemInWords)
}

test('a route is read with its defaults, and its sink by the schema of its kind', () => {
  expect(parseMesh(ROUTE, kinds)).toMatchObject({
    ok: true,
    config: {
      routes: [
        {
          ...{ name: 'one', order: 'subject', minTrust: 40, from: 'now', paused: false },
          retry: { attempts: 8, firstMs: 1000, lastMs: 300_000, timeoutMs: 30_000 },
          sinks: [{ kind: 'box', name: 'ops', options: { url: 'https://x.test' } }],
        },
      ],
    },
  })
})

test.for([
  { name: 'no YAML', text: 'version: [1', says: /line 1: / },
  {
    name: 'an unknown member',
    text: `${ROUTE}    loud: true\n`,
    says: /line 6: routes\[0\]\.loud: there is no member "loud"/,
  },
  {
    name: 'a pattern that is none',
    text: ROUTE.replace('cascade.capsule.*', 'a..b'),
    says: /line 4: routes\[0\]\.match\[0\]: expected a pattern/,
  },
  {
    name: 'an unknown kind',
    text: ROUTE.replace('kind: box', 'kind: pigeon'),
    says: /there is no kind "pigeon"\. Expected one of box\./,
  },
  {
    name: 'options that its kind refuses',
    text: ROUTE.replace('https', 'http'),
    says: /line 5: routes\[0\]\.sinks\[0\]\.url: /,
  },
  {
    name: 'a wait that shrinks',
    text: `${ROUTE}    retry: {first: 1m, last: 1s}\n`,
    says: /expected at least as long as first/,
  },
  {
    name: 'a time without a unit',
    text: `${ROUTE}    retry: {first: '5'}\n`,
    says: /expected a duration such as 250ms/,
  },
  { name: 'another version', text: 'version: 2', says: /version: / },
  { name: 'code in a filter', text: `${ROUTE}    filter: {field: 'constructor.name', is: x}\n`, says: /filter/ },
  { name: 'aliases', text: 'version: 1\nroutes: &a []\nmore: [*a, *a]', says: /./ },
  {
    name: 'more than a file may hold',
    text: '#'.repeat(MESH_FILE_LIMITS.bytesMax + 1),
    says: /expected at most 1048576 bytes/,
  },
])('$name is told with its place', ({ text, says }) => {
  expect(problems(text).join('\n')).toMatch(says)
})

test('a slip names what was likely meant, and other rows are told of in the same go', () => {
  const text = `version: 1
routes:
  - name: one
    mtch: [a.*]
    sinks: [{kind: bx, name: ops}]
  - name: two
    match: [a.*]
    sinks: [{kind: box, name: ops, url: 'https://x.test', urls: x}]
  - name: two
    match: [a.*]
    sinks: [{kind: box, name: ops, url: 'https://x.test'}]
`
  const told = problems(text).join('\n')
  for (const said of [
    'line 4: routes[0].mtch: there is no member "mtch". Did you mean match?',
    'line 5: routes[0].sinks[0].kind: there is no kind "bx". Did you mean box?',
    'line 8: routes[1].sinks[0].urls: there is no member "urls". Did you mean url?',
    'line 9: routes[2].name: the name two stands twice',
  ])
    expect(told).toContain(said)
})

test('a name stands once', () => {
  const twice = ROUTE + ROUTE.slice(ROUTE.indexOf('  - '))
  expect(problems(twice)).toEqual(['line 6: routes[1].name: the name one stands twice'])
})

test.for([
  ['cascade.capsule.*', 'cascade.capsule.created', true],
  ['cascade.capsule.*', 'cascade.capsule.a.b', false],
  ['cascade.capsule.*', 'cascade.capsule', false],
  ['cascade.**', 'cascade.a.b.c', true],
  ['cascade.**', 'cascade', true],
  ['cascade.**.created', 'cascade.a.b.created', true],
  ['cascade.**.created', 'cascade.created.a', false],
  ['**', 'anything', true],
  ['*.capsule.created', 'legacy.capsule.created', true],
  ['cascade.capsule.created', 'cascade.capsule.createdx', false],
] as const)('%s on %s: %s', ([pattern, type, expected]) => {
  expect(compileTypePattern(pattern)(type)).toBe(expected)
})

describe('a filter', () => {
  const event: CascadeEvent = {
    ...{ specversion: '1.0', id: 'i', source: '/s', type: 'cascade.capsule.created', subject: 'capsule/1', time: '' },
    ...{ datacontenttype: 'application/json', actor: 'a1', correlationid: 'c', decisionid: 'd', sequence: 1 },
    data: { trust: 60, licence: 'public', nested: { deep: true }, tags: ['x'] },
  }

  test.for<[EventFilter, boolean]>([
    [{ field: 'data.licence', is: 'public' }, true],
    [{ field: 'data.licence', in: ['private', 'public'] }, true],
    [{ field: 'actor', is: 'a2' }, false],
    [{ field: 'subject', prefix: 'capsule/' }, true],
    [{ field: 'data.trust', min: 60 }, true],
    [{ field: 'data.trust', max: 59 }, false],
    [{ field: 'data.nested.deep', is: true }, true],
    [{ field: 'data.absent', exists: false }, true],
    [{ field: 'data.toString', exists: true }, false],
    [{ field: 'data.tags.length', exists: true }, true],
    [{ not: { field: 'data.trust', min: 61 } }, true],
    [
      {
        any: [
          { field: 'actor', is: 'a2' },
          { field: 'actor', is: 'a1' },
        ],
      },
      true,
    ],
    [
      {
        all: [
          { field: 'actor', is: 'a1' },
          { field: 'data.trust', min: 99 },
        ],
      },
      false,
    ],
  ])('%j: %s', ([filter, expected]) => {
    expect(fulfils(filter, event)).toBe(expected)
  })
})
