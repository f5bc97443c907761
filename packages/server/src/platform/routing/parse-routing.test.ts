import { ROUTING_LIMITS } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { parseRouting } from './parse-routing.ts'
import { NO_RULES } from './routing-rules.ts'

const SPACE = { model: 'm', dimensions: 8 }
const EAST = '  east: { url: "http://127.0.0.1:1/v1", model: m }'
const withRules = (...lines: string[]) => ['version: 1', 'providers:', EAST, 'rules:', ...lines].join('\n')
const times = <T>(count: number, write: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => write(index))
const providers = (count: number) =>
  `version: 1\nproviders:\n${times(count, (index) => `  p${index}: { url: "http://h/v1", model: m }`).join('\n')}`
const manyRules = (count: number) =>
  withRules(
    ...times(count, (index) => `  - { name: r${index}, when: { lane: a }, split: [{ provider: east, weight: 1 }] }`),
  )
const arms = (count: number) =>
  `${providers(20)}\nrules:\n  - { name: r, split: [${times(count, (index) => `{ provider: p${index}, weight: 1 }`)}] }`
const told = (text: string) =>
  parseRouting(text, SPACE).findings.map(
    ({ severity, line, path, message, fix }) => `${severity} ${line} ${path}: ${message} ${fix}`,
  )

test('an empty file is no rules, and a sound one says everything that it leaves out', () => {
  expect(parseRouting('', SPACE)).toEqual({ rules: NO_RULES, findings: [] })
  const { rules, findings } = parseRouting(
    withRules('  - name: r', '    split: [{ provider: east, weight: 1 }]'),
    SPACE,
  )
  expect(findings).toEqual([])
  expect(rules?.rules[0]).toMatchObject({ sticky: 'subject', when: {} })
  expect(rules?.providers.east).toMatchObject({
    timeout_ms: 10_000,
    circuit: { failures: 3, open_ms: 10_000, probes: 1 },
  })
})

test('every problem is told at once, with its line and what to do', () => {
  const text = withRules(
    '  - name: r',
    '    wher: { lane: a }',
    '    split: [{ provider: eest, weight: -1 }]',
    '  - name: s',
    '    when: { purpose: queri }',
    '    split: []',
    'penalty: { strenght: 1 }',
  )
  const found = told(text)
  expect(found).toHaveLength(5)
  expect(found[0]).toBe('error 6 rules.0.wher: There is no such key. Did you mean when?')
  expect(found[1]).toMatch(/^error 7 rules\.0\.split\.0\.weight: /)
  expect(found[2]).toMatch(/^error 9 rules\.1\.when\.purpose/)
  expect(found[3]).toMatch(/^error 10 rules\.1\.split: /)
  expect(found[4]).toBe('error 11 penalty.strenght: There is no such key. Did you mean strength?')
})

test.for([
  [
    'a name that means nothing',
    withRules('  - name: r', '    split: [{ provider: eest, weight: 1 }]'),
    /There is no provider eest\. Did you mean east\?/,
  ],
  [
    'a provider twice in a split',
    withRules('  - name: r', '    split: [{ provider: east, weight: 1 }, { provider: east, weight: 1 }]'),
    /twice/,
  ],
  [
    'weights that are all 0',
    withRules('  - name: r', '    split: [{ provider: east, weight: 0 }]'),
    /Every weight is 0/,
  ],
  [
    'two rules of one name',
    withRules(
      '  - { name: r, when: { lane: a }, split: [{ provider: east, weight: 1 }] }',
      '  - { name: r, split: [{ provider: east, weight: 1 }] }',
    ),
    /two rules r/,
  ],
  [
    'another model',
    'version: 1\nproviders:\n  a: { url: "http://h/v1", model: n }',
    /another space: n, .* of m\..* change of the model is made with embedding\.model/,
  ],
  ['other dimensions', 'version: 1\nproviders:\n  a: { url: "http://h/v1", model: m, dimensions: 9 }', /9 dimensions/],
  [
    'the name of the configured embedder',
    'version: 1\nproviders:\n  configured: { url: "http://h/v1", model: m }',
    /another name/,
  ],
  [
    'a password in an address',
    'version: 1\nproviders:\n  a: { url: "http://u:hunter2@h/v1", model: m }',
    /must not hold/,
  ],
  [
    'an address where a machine tells of itself',
    'version: 1\nproviders:\n  a: { url: "http://169.254.169.254/v1", model: m }',
    /link-local/,
  ],
  [
    'the same in other letters',
    'version: 1\nproviders:\n  a: { url: "http://[fe80::1]:80/v1", model: m }\n  b: { url: "http://2852039166/v1", model: m }',
    /link-local.*link-local/,
  ],
  [
    'the key of a webhook',
    'version: 1\nproviders:\n  a: { url: "http://h/v1", model: m, api_key_file: hunter2.key }',
    /begins with routing-/,
  ],
  [
    'a key in the rules',
    'version: 1\nproviders:\n  a: { url: "http://h/v1", model: m, api_key: hunter2 }',
    /never stands in the rules.*api_key_env/,
  ],
  [
    'another variable of the process',
    'version: 1\nproviders:\n  a: { url: "http://h/v1", model: m, api_key_env: HUNTER2 }',
    /ROUTING_KEY_/,
  ],
  [
    'a file elsewhere',
    'version: 1\nproviders:\n  a: { url: "http://h/v1", model: m, api_key_file: ../hunter2.key }',
    /beside the rules/,
  ],
  ['another scheme', 'version: 1\nproviders:\n  a: { url: "file:///hunter2", model: m }', /http or https/],
  ['what is not YAML', 'version: [hunter2', /not YAML/],
  ['the same key twice', 'version: 1\nversion: 1', /not YAML \(DUPLICATE_KEY\)/],
  ['aliases', 'version: 1\nproviders: &a {}\nrules: *a', /alias/i],
  ['no version', 'rules: []', /./],
  ['a list', '- 1', /./],
  ['brackets without end', '['.repeat(20_000), /./],
  ['more providers than there may be', providers(ROUTING_LIMITS.providersMax + 1), /at most 32 providers/],
  ['more rules than there may be', manyRules(ROUTING_LIMITS.rulesMax + 1), /64/],
  ['more arms than a split may have', arms(ROUTING_LIMITS.armsMax + 1), /16/],
  ['more than a file may have', `# ${'x'.repeat(ROUTING_LIMITS.textBytesMax)}`, /bytes/],
] as const)('%s is refused, and no value is shown', ([, text, says]) => {
  const { rules, findings } = parseRouting(text, SPACE)
  expect(rules).toBeUndefined()
  const all = findings.map(({ message, fix }) => `${message} ${fix}`).join(' ')
  expect(all).toMatch(says)
  expect(all).not.toMatch(/hunter2/i)
})

test('as many as there may be are sound', () => {
  const { providersMax, rulesMax, armsMax } = ROUTING_LIMITS
  for (const text of [providers(providersMax), manyRules(rulesMax), arms(armsMax)])
    expect(parseRouting(text, SPACE).rules).toBeDefined()
})

test('what may not be meant so is a warning, and counts', () => {
  const text = withRules(
    '  - { name: all, split: [{ provider: configured, weight: 1 }] }',
    '  - { name: late, split: [{ provider: configured, weight: 1 }] }',
  )
  expect(told(text)).toEqual([
    expect.stringMatching(/^warning 3 providers\.east: No rule names east/),
    expect.stringMatching(/^warning 6 rules\.1: No request reaches late/),
  ])
  expect(parseRouting(text, SPACE).rules).toBeDefined()
})
