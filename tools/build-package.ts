// Fills dist/ with what the package holds beside files of the repository. `npm pack` runs this first, then packs.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from './node-runtime.mjs'
import { writeBillOfMaterials } from './packaging/bill-of-materials.ts'
import { BUNDLED_MODELS } from './packaging/bundled-models.ts'
import { findBundledPackages } from './packaging/bundled-packages.ts'
import { bundleProgram } from './packaging/program.ts'
import { writeThirdPartyNotices } from './packaging/third-party-notices.ts'

const DIST = join(ROOT, 'dist')

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  optionalDependencies: z.record(z.string(), z.string()),
})

const { modules, threads, assets } = await bundleProgram(ROOT, join(DIST, 'lib'))
const packages = findBundledPackages(ROOT, modules)
const manifest = Manifest.parse(JSON.parse(readText('package.json')))
writeFileSync(join(DIST, 'THIRD-PARTY-NOTICES.md'), writeThirdPartyNotices(packages, BUNDLED_MODELS))
const bill = writeBillOfMaterials(manifest, packages, readText('package-lock.json'), BUNDLED_MODELS)
writeFileSync(join(DIST, 'sbom.cdx.json'), bill)
// Standard output belongs to npm, which tells there what it packed.
process.stderr.write(
  `dist: ${modules.length} modules, ${threads} threads, ${assets} assets, ${packages.length} packages\n`,
)

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
