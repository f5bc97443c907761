import { z } from 'zod'
import { type Check, listFiles, readText, type Verdict } from './check.ts'

const Names = z.record(z.string(), z.string()).default({})

const LockFile = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional(), optionalDependencies: Names })),
})

const Manifest = z.object({ dependencies: Names, devDependencies: Names, optionalDependencies: Names })

const DECISION = 'docs/decisions/0006-dependencies.md'
const EXACT = /^(npm:(@[^/]+\/)?[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/
const OURS = '@forge-cascade/'

/**
 * The lock file installs everywhere, manifests name exact versions, and every package has its reason on the decision page.
 * npm drops an optional package from the lock when its registry does not hold it, and then refuses the lock elsewhere.
 */
export const packages: Check = async (root) => {
  const lock = LockFile.parse(JSON.parse(readText(root, 'package-lock.json'))).packages
  const manifests = (await listFiles(root)).filter((path) => /^(packages\/[^/]+\/)?package\.json$/.test(path))
  const declared = manifests.flatMap((path) => declaredIn(root, path))
  const findings = [...addressesIn(lock), ...gapsIn(lock), ...looseIn(declared), ...unexplained(root, declared)]
  return { seen: `${Object.keys(lock).length} locked`, findings } satisfies Verdict
}

type Lock = z.infer<typeof LockFile>['packages']
type Declared = readonly { readonly path: string; readonly name: string; readonly range: string }[]

function declaredIn(root: string, path: string): Declared {
  const { dependencies, devDependencies, optionalDependencies } = Manifest.parse(JSON.parse(readText(root, path)))
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([name]) => !name.startsWith(OURS))
    .map(([name, range]) => ({ path, name, range }))
}

const addressesIn = (lock: Lock): readonly string[] =>
  Object.entries(lock)
    .filter(([, entry]) => /^https?:/.test(entry.resolved ?? ''))
    .map(([path]) => `package-lock.json: ${path} names a download address`)

const gapsIn = (lock: Lock): readonly string[] =>
  Object.entries(lock).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies)
      .filter((name) => !isLocked(lock, path, name))
      .map((name) => `package-lock.json: ${path || 'the root'} wants ${name}, which is not locked, so npm ci refuses`),
  )

/** Looks for `name` where Node would: beside the dependent package, then outward. */
function isLocked(lock: Lock, dependent: string, name: string): boolean {
  for (let at = dependent; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (lock[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true
    if (at === '') return false
  }
}

const looseIn = (declared: Declared): readonly string[] =>
  declared
    .filter(({ range }) => !EXACT.test(range))
    .map(({ path, name, range }) => `${path}: ${name} "${range}" is not an exact version`)

function unexplained(root: string, declared: Declared): readonly string[] {
  const page = readText(root, DECISION)
  return declared
    .filter(({ name }) => !page.includes(`\`${name}\``))
    .map(({ path, name }) => `${path}: ${name} has no line in ${DECISION}`)
}
