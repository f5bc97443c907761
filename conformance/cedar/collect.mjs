// Makes corpus.json from the unpacked corpus of cedar-policy/cedar-integration-tests:
//   node conformance/cedar/collect.mjs <folder of corpus-tests>
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
if (folder === undefined) throw new Error('Name the folder of the unpacked corpus-tests.tar.gz.')

/** Each of these words has to be in the policies of some of the tests that are taken. */
const WORDS =
  ' in |is |like|has |if |unless|forbid|contains(|containsAll|containsAny|isEmpty|getTag|hasTag|ip(|decimal(|datetime(|duration(| + | * | - |"errors": [\n'
const EACH = 14
const BYTES_MAX = 280_000
const TEST_BYTES_MAX = 8_000

const read = (name, ending) => readFileSync(join(folder, `${name}${ending}`), 'utf8')
const names = readdirSync(folder)
  .filter((name) => /^[0-9a-f]+\.json$/.test(name))
  .map((name) => name.slice(0, -'.json'.length))
const all = names.map((name) => {
  const [policies, entities, test] = [read(name, '.cedar'), read(name, '.entities.json'), read(name, '.json')]
  return { name, policies, entities, test, size: policies.length + entities.length + test.length }
})
all.sort((one, other) => one.size - other.size || one.name.localeCompare(other.name, 'en'))

const taken = new Map()
for (const word of WORDS.split('|')) {
  // Apart in size, so that they are not all of one kind.
  const found = all.filter(
    ({ policies, test, size }) => size < TEST_BYTES_MAX && (policies.includes(word) || test.includes(word)),
  )
  const step = Math.max(1, Math.floor(found.length / EACH))
  for (let at = 0; at < found.length; at += step) taken.set(found[at].name, found[at])
}

const cases = []
let bytes = 0
for (const { name, policies, entities, test } of [...taken.values()].sort((one, other) => one.size - other.size)) {
  const requests = JSON.parse(test, asWritten).requests.map(({ description, validateRequest, ...request }) =>
    JSON.stringify(request),
  )
  // Texts, because their integers may be longer than a double holds. Many of the requests of a test are the same.
  const row = JSON.stringify({ name, policies, entities: compact(entities), requests: [...new Set(requests)] })
  bytes += row.length + 4
  if (bytes > BYTES_MAX) break
  cases.push(row)
}
writeFileSync(join(import.meta.dirname, 'corpus.json'), `[\n${cases.join(',\n')}\n]\n`)

/** Keeps the digits of numbers. */
function asWritten(_, value, { source }) {
  return typeof value === 'number' ? JSON.rawJSON(source) : value
}

/** Without the blanks between its tokens. */
function compact(json) {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
}
