/** @see CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/ */
export interface Component {
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

export interface Dependency {
  readonly ref: string
  readonly dependsOn: readonly string[]
}

/** A package of npm. */
interface NamedPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression; undefined where nobody says it. */
  readonly licence: string | undefined
}

interface BillParts {
  /** `build`: what went into a package; `pre-build`: what the lock file has installed. */
  readonly phase: 'build' | 'pre-build'
  readonly self: Component
  readonly components: readonly Component[]
  /** Who uses whom among the components. */
  readonly dependencies?: readonly Dependency[]
}

/** A bill of materials. Equal inputs give equal bytes, so it holds no time and no serial number. */
export function writeBill({ phase, self, components, dependencies = [] }: BillParts): string {
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { lifecycles: [{ phase }], component: self },
    components,
    dependencies: [{ ref: self['bom-ref'], dependsOn: components.map((each) => each['bom-ref']) }, ...dependencies],
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

export function packageComponent(
  type: Component['type'],
  scope: Component['scope'],
  { name, version, licence }: NamedPackage,
): Component {
  const [group, bare] = name.startsWith('@') ? name.split('/') : [undefined, name]
  return {
    type,
    'bom-ref': purlOf({ name, version }),
    ...(group === undefined ? {} : { group }),
    name: bare ?? name,
    version,
    ...(scope === undefined ? {} : { scope }),
    licenses: licence === undefined ? [] : licensesOf(licence),
    purl: purlOf({ name, version }),
  }
}

export const licensesOf = (licence: string): Component['licenses'] => [
  / (OR|AND|WITH) /.test(licence) ? { expression: licence } : { license: { id: licence } },
]

/** @see https://github.com/package-url/purl-spec, type npm */
export const purlOf = ({ name, version }: Pick<NamedPackage, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`

/** The digest that a lock file has of a package. */
export function hashesOf(integrity: string | undefined): Pick<Component, 'hashes'> {
  const digest = /^sha512-(.+)$/.exec(integrity ?? '')?.[1]
  if (digest === undefined) return {}
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
}
