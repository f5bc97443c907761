/**
 * Gathers the test data of cyberphone/json-canonicalization, two files for each case, into one file:
 *
 *     node conformance/canonical-json/collect.mjs <a clone of github.com/cyberphone/json-canonicalization>
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [clone = '.'] = process.argv.slice(2)
const read = (folder, file) => readFileSync(join(clone, 'testdata', folder, file), 'utf8')

const cases = readdirSync(join(clone, 'testdata/input'))
  .sort()
  .map((file) => ({ name: file.slice(0, -'.json'.length), input: read('input', file), output: read('output', file) }))
writeFileSync(join(import.meta.dirname, 'cases.json'), `${JSON.stringify(cases, null, 2)}\n`)
console.log(`${cases.length} cases`)
