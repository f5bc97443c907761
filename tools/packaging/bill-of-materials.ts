import { z } from 'zod'
import type { BundledModel } from './bundled-models.ts'
import type { BundledPackage } from './bundled-packages.ts'
import type { ContainedCode } from './contained-code.ts'

/** What package-lock.json says of a package: the digest of the archive that was installed. */
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional(), license: z.string().optional() }),
  ),
})

export interface BillSubject {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  /** Runtime packages that npm installs beside this one, by name, with their exact version. */
  readonly optionalDependencies: Readonly<Record<string, string>>
}

/** @see CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/ */
interface Component {
  readonly type: 'application' | 'library' | 'platform' | 'machine-learning-model'
  readonly 'bom-ref': string
  readonly name: string
  readonly group?: string
  readonly version?: string
  readonly description?: string
  readonly scope?: 'required' | 'optional'
  readonly hashes?: readonly { readonly alg: 'SHA-512'; readonly content: string }[]
  readonly licenses: readonly ({ readonly expression: string } | { readonly license: { readonly id: string } })[]
  readonly purl: string
  readonly components?: readonly Component[]
}

/**
 * The bill of materials of the package in CycloneDX 1.6: what is bundled (required) with what that contains in turn, the models
 * of which its files are made (required), and the Node runtimes (optional).
 * Equal inputs give equal bytes, so it holds no time and no serial number.
 *
 * @param lock text of package-lock.json.
 * @throws Error when a package is not in the lock file.
 */
export function writeBillOfMaterials(
  subject: BillSubject,
  packages: readonly BundledPackage[],
  lock: string,
  models: readonly BundledModel[] = [],
): string {
  const locked = Lock.parse(JSON.parse(lock)).packages
  const bundled = packages.map((each) => ({
    ...component('library', 'required', each),
    ...hashesOf(locked, each.path),
    ...partsOf(each),
  }))
  const runtimes = Object.entries(subject.optionalDependencies).map(([name, version]) => {
    const path = `node_modules/${name}`
    const licence = locked[path]?.license ?? 'MIT'
    return { ...component('platform', 'optional', { name, version, licence }), ...hashesOf(locked, path) }
  })
  const made = models.map(modelOf)
  const { name, version, license: licence, description } = subject
  const self: Component = { ...component('application', undefined, { name, version, licence }), description }
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: self },
    components: [...bundled, ...made, ...runtimes],
    dependencies: [...rootEdges(self, [...bundled, ...made, ...runtimes]), ...edgesOf(packages)],
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

interface Named {
  readonly name: string
  readonly version: string
}

function component(
  type: Component['type'],
  scope: Component['scope'],
  { name, version, licence }: Named & { readonly licence: string },
): Component {
  const [group, bare] = name.startsWith('@') ? name.split('/') : [undefined, name]
  return {
    type,
    'bom-ref': purlOf({ name, version }),
    ...(group === undefined ? {} : { group }),
    name: bare ?? name,
    version,
    ...(scope === undefined ? {} : { scope }),
    licenses: licensesOf(licence),
    purl: purlOf({ name, version }),
  }
}

const modelOf = ({ name, version, description, licence, purl }: BundledModel): Component => ({
  type: 'machine-learning-model',
  'bom-ref': purl,
  name,
  version,
  description,
  scope: 'required',
  licenses: licensesOf(licence),
  purl,
})

/** Code of others in a package: it has no digest of its own, that of the package covers it. */
function partsOf({ contained }: BundledPackage): Pick<Component, 'components'> {
  return contained.length === 0 ? {} : { components: contained.map(partOf) }
}

function partOf({ name, version, description, licence, purl: bare }: ContainedCode): Component {
  const purl = version === undefined ? bare : `${bare}@${version}`
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    ...(version === undefined ? {} : { version }),
    description,
    scope: 'required',
    licenses: licensesOf(licence),
    purl,
  }
}

const licensesOf = (licence: string): Component['licenses'] => [
  / (OR|AND|WITH) /.test(licence) ? { expression: licence } : { license: { id: licence } },
]

/** @see https://github.com/package-url/purl-spec, type npm */
const purlOf = ({ name, version }: Named): string => `pkg:npm/${name.replace('@', '%40')}@${version}`

function hashesOf(locked: z.infer<typeof Lock>['packages'], path: string): Pick<Component, 'hashes'> {
  const entry = locked[path]
  if (entry === undefined) throw new Error(`${path} is not in package-lock.json; run npm install`)
  const digest = /^sha512-(.+)$/.exec(entry.integrity ?? '')?.[1]
  if (digest === undefined) return {}
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
}

const rootEdges = (self: Component, all: readonly Component[]) => [
  { ref: self['bom-ref'], dependsOn: all.map((each) => each['bom-ref']) },
]

/** Who uses whom inside the bundle. Where two versions of a package are bundled, the one nearest to its user counts. */
function edgesOf(packages: readonly BundledPackage[]) {
  const byPath = new Map(packages.map((each) => [each.path, each]))
  return packages.map((user) => ({
    ref: purlOf(user),
    dependsOn: user.dependencies.flatMap((name) => {
      const used = nearest(byPath, user.path, name)
      return used === undefined ? [] : [purlOf(used)]
    }),
  }))
}

function nearest(byPath: ReadonlyMap<string, BundledPackage>, user: string, name: string): BundledPackage | undefined {
  for (let at = user; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const found = byPath.get(`${at === '' ? '' : `${at}/`}node_modules/${name}`)
    if (found !== undefined || at === '') return found
  }
}
