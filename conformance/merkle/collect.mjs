/**
 * Gathers the vectors of transparency-dev/merkle, one file for each case, into one file for each kind of proof:
 *
 *     node conformance/merkle/collect.mjs <a clone of github.com/transparency-dev/merkle>
 *     npx biome format --write conformance
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [clone = '.'] = process.argv.slice(2)

/** Numbers above 2^53 - 1 keep the digits that they have in the source. */
const exact = (_key, value, { source }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? JSON.rawJSON(source) : value

for (const kind of ['inclusion', 'consistency']) {
  const root = join(clone, 'testdata', kind)
  const names = globSync('**/*.json', { cwd: root }).map((path) => path.replaceAll('\\', '/').slice(0, -'.json'.length))
  const cases = names.sort().map((name) => {
    // The name of the file says what `desc` says.
    const { desc, ...values } = JSON.parse(readFileSync(join(root, `${name}.json`), 'utf8'), exact)
    return { name, ...values }
  })
  writeFileSync(join(import.meta.dirname, `${kind}.json`), `${JSON.stringify(cases, null, 2)}\n`)
  console.log(`${kind}: ${cases.length}`)
}
