// Fills dist/ with what the package holds beside files of the repository. `npm pack` runs this first, then packs.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from './node-runtime.mjs'
import { writeBillOfMaterials } from './packaging/bill-of-materials.ts'
import { bundle } from './packaging/bundle.ts'
import { BUNDLED_MODELS } from './packaging/bundled-models.ts'
import { findBundledPackages } from './packaging/bundled-packages.ts'
import { findPlaceUsers } from './packaging/place-users.ts'
import { findReached } from './packaging/source-files.ts'
import { writeThirdPartyNotices } from './packaging/third-party-notices.ts'

const SOURCES = join(ROOT, 'packages/server/src')
const DIST = join(ROOT, 'dist')

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  optionalDependencies: z.record(z.string(), z.string()),
})

const { workers, assets } = findReached(SOURCES)
const entries = [['main', 'main.ts'], ...workers].map(([name, path = '']) => [name, join(SOURCES, path)])
const modules = await bundle({ root: ROOT, entries: Object.fromEntries(entries), out: join(DIST, 'lib') })
const unread = findPlaceUsers(modules)
if (unread.length > 0) throw new Error(unread.join('\n'))
for (const [name, path] of assets) cpSync(join(SOURCES, path), join(DIST, 'lib', name), { recursive: true })

const packages = findBundledPackages(ROOT, modules)
const manifest = Manifest.parse(JSON.parse(readText('package.json')))
writeFileSync(join(DIST, 'THIRD-PARTY-NOTICES.md'), writeThirdPartyNotices(packages, BUNDLED_MODELS))
const bill = writeBillOfMaterials(manifest, packages, readText('package-lock.json'), BUNDLED_MODELS)
writeFileSync(join(DIST, 'sbom.cdx.json'), bill)
// Standard output belongs to npm, which tells there what it packed.
process.stderr.write(
  `dist: ${modules.length} modules, ${workers.size} threads, ${assets.size} assets, ${packages.length} packages\n`,
)

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
