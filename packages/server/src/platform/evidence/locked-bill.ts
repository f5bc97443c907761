import { z } from 'zod'
import { hashesOf, packageComponent, writeBill } from './cyclonedx.ts'

/** What package-lock.json says of the packages that it installs. */
const Lock = z.object({
  name: z.string(),
  version: z.string(),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().default(false),
      optional: z.boolean().default(false),
    }),
  ),
})

const INSTALLED = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)$/

/**
 * The bill of materials of a program that runs from its sources: what its lock file installs to run it, with the digest of
 * each archive.
 *
 * @param lock text of package-lock.json.
 * @throws Error when it is none.
 */
export function writeLockedBill(lock: string): string {
  const { name, version, packages } = Lock.parse(JSON.parse(lock))
  const components = Object.entries(packages).flatMap(([path, { dev, optional, integrity, ...locked }]) => {
    const installed = INSTALLED.exec(path)?.[1]
    if (installed === undefined || locked.version === undefined || dev) return []
    const named = { name: installed, version: locked.version, licence: locked.license }
    return [{ ...packageComponent('library', optional ? 'optional' : 'required', named), ...hashesOf(integrity) }]
  })
  const licence = packages['']?.license
  const once = new Map(components.map((component) => [component['bom-ref'], component]))
  const self = packageComponent('application', undefined, { name, version, licence })
  return writeBill({ phase: 'pre-build', self, components: [...once.values()] })
}
