import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { GENERATORS, type Generator } from '../generators/index.ts'
import { type Check, readText } from './check.ts'

/** Generated files on disk equal what their generators would write now. */
export const generated: Check = (root) => generatedBy(root, GENERATORS)

export async function generatedBy(root: string, generators: readonly Generator[]) {
  const results = await Promise.all(generators.map((generator) => isCurrent(root, generator)))
  const stale = generators.filter((_, index) => !results[index])
  const findings = stale.map(({ path }) => `${path} differs from its source; run: npm run generate`)
  return {
    seen: `${generators.length} files`,
    findings: generators.length > 0 ? findings : ['no generator is registered'],
  }
}

async function isCurrent(root: string, { path, write }: Generator): Promise<boolean> {
  return existsSync(join(root, path)) && readText(root, path) === (await write())
}
