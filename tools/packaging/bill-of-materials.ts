import { z } from 'zod'
import {
  type Component,
  type Dependency,
  hashesOf,
  licensesOf,
  packageComponent,
  purlOf,
  writeBill,
} from '../../packages/server/src/platform/evidence/cyclonedx.ts'
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
    ...packageComponent('library', 'required', each),
    ...lockedHashes(locked, each.path),
    ...partsOf(each),
  }))
  const runtimes = Object.entries(subject.optionalDependencies).map(([name, version]) => {
    const path = `node_modules/${name}`
    const licence = locked[path]?.license ?? 'MIT'
    return { ...packageComponent('platform', 'optional', { name, version, licence }), ...lockedHashes(locked, path) }
  })
  const made = models.map(modelOf)
  const { name, version, license: licence, description } = subject
  const self: Component = { ...packageComponent('application', undefined, { name, version, licence }), description }
  return writeBill({
    ...{ phase: 'build', self },
    components: [...bundled, ...made, ...runtimes],
    dependencies: edgesOf(packages),
  })
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

function lockedHashes(locked: z.infer<typeof Lock>['packages'], path: string): Pick<Component, 'hashes'> {
  const entry = locked[path]
  if (entry === undefined) throw new Error(`${path} is not in package-lock.json; run npm install`)
  return hashesOf(entry.integrity)
}

/** Who uses whom inside the bundle. Where two versions of a package are bundled, the one nearest to its user counts. */
function edgesOf(packages: readonly BundledPackage[]): readonly Dependency[] {
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
