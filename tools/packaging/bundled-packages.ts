import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type ContainedCode, findContained } from './contained-code.ts'
import { apache2 } from './licence-texts.ts'

/** A package of which code is in the bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression, as the package declares it. */
  readonly licence: string
  /** Names of the packages it depends on at run time. */
  readonly dependencies: readonly string[]
  /** Path below the root of the repository: its key in package-lock.json. */
  readonly path: string
  /** Licence and notice files in full, or the passage of its README that states the licence. */
  readonly texts: readonly string[]
  /** Code of others in its files. */
  readonly contained: readonly ContainedCode[]
}

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
})

const INSTALLED = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//
/** Modules that the bundler brings itself; its own package holds their licences. */
const BUNDLER_OWN = /^\0(?:rolldown|@oxc-project)/
const LICENCE_FILE = /^(licen[cs]e|copying|notice|third-party-licen[cs]e)/i
const LICENCE_PASSAGE = /^#+ licen[cs]e\s*$[\s\S]*/im

/**
 * The packages that `modules` (paths and names as the bundler tells them) belong to, by name and version.
 *
 * @throws Error when one of them says nowhere under which terms it may be passed on.
 */
export function findBundledPackages(root: string, modules: readonly string[]): readonly BundledPackage[] {
  const paths = new Set(modules.flatMap((module) => folderOf(root, module)))
  return [...paths]
    .map((path) => read(root, path))
    .sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'))
}

function folderOf(root: string, module: string): readonly string[] {
  if (BUNDLER_OWN.test(module)) return ['node_modules/rolldown']
  const folder = INSTALLED.exec(module)?.[1]
  if (folder === undefined || !folder.startsWith(root)) return []
  return [folder.slice(root.length).replaceAll('\\', '/').replace(/^\//, '')]
}

function read(root: string, path: string): BundledPackage {
  const folder = join(root, path)
  const { name, version, license, dependencies } = Manifest.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  )
  const texts = [...textsIn(folder), TEXTS_ELSEWHERE[name] ?? []].flat()
  if (texts.length === 0) throw new Error(`${name} ${version} brings no licence text; it cannot be passed on`)
  const contained = findContained(folder, name)
  return { name, version, licence: license, dependencies: Object.keys(dependencies).sort(), path, texts, contained }
}

/** Packages that name their licence and bring no text of it, with that of the repository they are made from. */
const TEXTS_ELSEWHERE: Readonly<Record<string, string>> = {
  '@cedar-policy/cedar-wasm': apache2('Copyright Cedar Contributors'),
}

function textsIn(folder: string): readonly string[] {
  const files = readdirSync(folder).sort()
  const texts = files.filter((file) => LICENCE_FILE.test(file)).map((file) => readFileSync(join(folder, file), 'utf8'))
  if (texts.length > 0) return texts
  const readme = files.find((file) => /^readme/i.test(file))
  const passage = readme && LICENCE_PASSAGE.exec(readFileSync(join(folder, readme), 'utf8'))?.[0]
  return passage ? [passage] : []
}
