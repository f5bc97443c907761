import { join } from 'node:path'
import { type Check, listFiles, runNode, verdictOf } from './check.ts'

const BIOME = join(import.meta.dirname, '../../node_modules/@biomejs/biome/bin/biome')

/** Format, imports in order, and lint, by Biome with the tree's biome.json. Fails when it looked at fewer files than the tree has TypeScript. */
export const format: Check = async (root) => {
  const finished = await runNode([BIOME, 'check', '--colors=off', '--max-diagnostics=50', '.'], root)
  const seen = Number(/Checked (\d+) files?/.exec(finished.all)?.[1] ?? 0)
  const expected = (await listFiles(root)).filter((path) => path.endsWith('.ts')).length
  const { findings } = verdictOf(finished, '')
  const missed = seen < expected ? [`Biome looked at ${seen} files; the tree has ${expected} of TypeScript alone`] : []
  return { seen: `${seen} files`, findings: [...findings, ...missed] }
}
