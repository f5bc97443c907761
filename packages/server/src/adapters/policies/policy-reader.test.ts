import { expect, test } from 'vitest'
import { CompiledEngine, POLICY_LIMITS, type PolicyFile, policiesOf } from '#policy'
import { CedarOracle } from './cedar-oracle.ts'
import { readPolicies } from './policy-reader.ts'

const SCHEMA = `entity User { trust: Long };
entity Capsule { owner: User };
action write, "read all" in [any] appliesTo { principal: User, resource: Capsule, context: { risk: Long } };
action any;
`
const file = (text: string, path = 'a.cedar'): PolicyFile => ({ path, text })
const when = (condition: string) => `@id("a") permit(principal, action, resource) when { ${condition} };`
const read = (...texts: string[]) => readPolicies(texts.map((text, at) => file(text, `${'abc'[at]}.cedar`)))

interface Faulty {
  readonly name: string
  readonly files: readonly PolicyFile[]
  readonly finding: Readonly<Record<string, unknown>>
}

test.for<Faulty>([
  {
    name: 'that is broken off, at its place in the file',
    files: [file('@id("a") permit(principal, action, resource);\n// é 👍\n@id("b") permit(principal,')],
    finding: {
      code: 'POLICY_SYNTAX',
      line: 3,
      column: 27,
      message: expect.stringContaining('unexpected end of input'),
    },
  },
  {
    name: 'without an id',
    files: [file('\n permit(principal, action, resource);')],
    finding: { code: 'ID_MISSING', line: 2, column: 2 },
  },
  {
    name: 'with an id that is none',
    files: [file(when('true').replace('"a"', '"A b"'))],
    finding: { code: 'ID_INVALID' },
  },
  {
    name: 'with the id of another',
    files: [file(when('true')), file(`\n${when('true')}`, 'b.cedar')],
    finding: { code: 'ID_TWICE', file: 'b.cedar', line: 2, message: expect.stringContaining('a.cedar:1') },
  },
  {
    name: 'of the constitution that permits',
    files: [file(when('true').replace('"a"', '"const.a"'))],
    finding: { code: 'CONST_PERMITS' },
  },
  {
    name: 'that is a template',
    files: [file('@id("a") permit(principal == ?principal, action, resource);')],
    finding: { code: 'POLICY_TEMPLATE' },
  },
  {
    name: 'that is larger than a policy may be',
    files: [file(when(`context.s == "${'x'.repeat(70_000)}"`))],
    finding: { code: 'POLICY_LARGE' },
  },
  {
    name: 'with an id that is too long',
    files: [file(when('true').replace('"a"', `"${'a'.repeat(POLICY_LIMITS.idLengthMax + 1)}"`))],
    finding: { code: 'ID_INVALID' },
  },
  {
    name: 'beyond as many as a bundle may hold',
    files: [file('permit(principal, action, resource);\n'.repeat(POLICY_LIMITS.policiesMax + 1))],
    finding: { code: 'BUNDLE_LARGE', line: POLICY_LIMITS.policiesMax + 1 },
  },
  {
    name: 'that speaks of what the schema does not know',
    files: [file(when('principal.name == "x"')), file(SCHEMA, 'schema.cedarschema')],
    finding: { code: 'POLICY_TYPE', file: 'a.cedar', line: 1, column: 53, message: expect.stringContaining('`name`') },
  },
  {
    name: 'beside a schema that is broken',
    files: [file(when('true')), file('entity User {\n x: ; };', 'schema.cedarschema')],
    finding: { code: 'SCHEMA_SYNTAX', file: 'schema.cedarschema', line: 2 },
  },
  {
    name: 'beside two schemas',
    files: [file(when('true')), file(SCHEMA, 'one.cedarschema'), file(SCHEMA, 'two.cedarschema')],
    finding: { code: 'SCHEMA_TWICE', file: 'two.cedarschema' },
  },
])('a policy $name is refused', async ({ files, finding }) => {
  const { bundle, findings } = await readPolicies(files)
  expect(bundle).toBeUndefined()
  expect(findings).toEqual([expect.objectContaining({ severity: 'error', ...finding })])
  expect(findings[0]?.fix).not.toBe('')
})

test('a policy that can never apply is a warning, and the bundle stands', async () => {
  const impossible = '@id("a") permit(principal, action, resource) when { principal is Capsule };'
  const { bundle, findings } = await readPolicies([file(impossible), file(SCHEMA, 'schema.cedarschema')])
  expect(bundle?.policies).toHaveLength(1)
  expect(findings).toEqual([
    expect.objectContaining({
      severity: 'warning',
      code: 'POLICY_SUSPECT',
      message: expect.stringContaining('impossible'),
    }),
  ])
})

const nest = (times: number, open: string, inner: string, close: string) =>
  open.repeat(times) + inner + close.repeat(times)
test.for([
  { name: '200 parentheses', text: when(nest(200, '(', 'true', ')')) },
  { name: '1000 chained ifs', text: when(`${'if true then true else '.repeat(1000)}true`) },
  { name: '2000 negations', text: when(`${'!(('.repeat(2000)}true${'))'.repeat(2000)}`) },
  { name: '3000 operators in a row', text: when(`true${' && true'.repeat(3000)}`) },
])('a policy with $name ends its own reading, and the next policy is read', async ({ text }) => {
  const { findings } = await read(
    text,
    '@id("b") permit(principal, action, resource',
    '@id("c") permit(principal, action, resource);',
  )
  expect(findings.map(({ code, file: path }) => [path, code])).toEqual([
    ['a.cedar', 'POLICY_DEEP'],
    ['b.cedar', 'POLICY_SYNTAX'],
  ])
})

test('a schema with 3000 sets within one another is refused, and breaks nothing', async () => {
  const schema = `entity U { x: ${nest(3000, 'Set<', 'Long', '>')} };`
  const { findings } = await readPolicies([file(when('true')), file(schema, 'x.cedarschema')])
  expect(findings).toEqual([expect.objectContaining({ code: 'SCHEMA_DEEP', file: 'x.cedarschema' })])
  expect((await read(when('true'))).bundle?.policies).toHaveLength(1)
})

test('a reading that takes too long is given up, and the place it had come to is told', async () => {
  const entry = new URL('testing/endless-reader.ts', import.meta.url)
  const { bundle, findings } = await readPolicies([file(`\n${when('true')}`)], { entry, timeoutMs: 300 })
  expect(bundle).toBeUndefined()
  expect(findings).toEqual([
    expect.objectContaining({ file: 'a.cedar', line: 2, message: expect.stringContaining('300 ms') }),
  ])
})

test('a reading that takes too much memory is ended', async () => {
  const entry = new URL('testing/greedy-reader.ts', import.meta.url)
  const { bundle, findings } = await readPolicies([file(when('true'))], { entry })
  expect(bundle).toBeUndefined()
  expect(findings).toEqual([expect.objectContaining({ message: expect.stringContaining('memory') })])
})

test('of very many findings the first are told', async () => {
  const { findings } = await read('permit(principal, action, resource);\n'.repeat(POLICY_LIMITS.findingsMax + 1))
  expect(findings.map(({ line }) => line)).toEqual(Array.from({ length: POLICY_LIMITS.findingsMax }, (_, at) => at + 1))
})

test('a thread that dies leaves a finding', async () => {
  const entry = new URL('testing/absent.ts', import.meta.url)
  const { findings } = await readPolicies([file(when('true'))], { entry })
  expect(findings).toEqual([expect.objectContaining({ message: expect.stringContaining('broke off') })])
})

test('a bundle is named after its files, in whatever order they come, and after each of their bytes', async () => {
  const [one, other] = [file(when('true')), file('@id("b") permit(principal, action, resource);', 'b.cedar')]
  const digestOf = async (...files: PolicyFile[]) => (await readPolicies(files)).bundle?.digest
  expect(await digestOf(one, other)).toBe(await digestOf(other, one))
  expect(await digestOf(one, { ...other, text: `${other.text} ` })).not.toBe(await digestOf(one, other))
})

test('requests know the groups of actions that the schema declares', async () => {
  const policy = '@id("a") permit(principal, action in Action::"any", resource);'
  const { bundle, findings } = await readPolicies([file(policy), file(SCHEMA, 'schema.cedarschema')])
  expect(findings).toEqual([])
  const request = {
    principal: { type: 'User', id: 'ada' },
    action: { type: 'Action', id: 'read all' },
    resource: { type: 'Capsule', id: 'c' },
  }
  const fixed = bundle?.actions ?? []
  const policies = policiesOf(bundle!)
  for (const engine of [new CompiledEngine(policies, { fixed }), new CedarOracle(policies, { fixed })])
    expect(engine.decide(request)).toEqual({ decision: 'allow', reasons: ['a'], errors: [] })
})
