import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CompiledEngine, type EntityJson, type PolicyJson, type PolicyRequest, splitPolicies } from '#policy'
import { CedarInstance } from './cedar-instance.ts'
import { CedarOracle, decisionOf } from './cedar-oracle.ts'
import { parseLossless, stringifyLossless } from './lossless-json.ts'

/** A test of Cedar's authors. Requests and entities are texts: their integers may be longer than a double holds. */
interface CorpusCase {
  readonly name: string
  readonly policies: string
  readonly entities: string
  readonly requests: readonly string[]
}

type Answered = PolicyRequest & {
  readonly decision: string
  readonly reason: readonly string[]
  readonly errors: readonly string[]
}

const SAMPLE = join(import.meta.dirname, '../../../../../conformance/cedar/corpus.json')
/** A folder with the whole corpus, unpacked. */
const WHOLE = process.env.CEDAR_CORPUS

const instance = new CedarInstance()
const oracle = new CedarOracle({ policies: {} })

function policyOf(text: string): PolicyJson {
  const answer = instance.call('policyToJson', text)
  if (answer.type === 'success') return answer.json as PolicyJson
  throw new Error(`${text}: ${answer.errors[0]?.message}`)
}

/** Sentences on what is decided otherwise than Cedar's authors say. */
function faultsOf({ name, policies, entities, requests }: CorpusCase): readonly string[] {
  const set = Object.fromEntries(splitPolicies(policies).map(({ text }, at) => [`policy${at}`, policyOf(text)]))
  const engine = new CompiledEngine(
    { policies: set },
    {
      fallback: {
        decide: (request) =>
          decisionOf(instance.call('isAuthorized', { ...request, policies: { staticPolicies: set } })),
        evaluate: (some, request) => oracle.evaluate(some, request),
      },
    },
  )
  return requests.flatMap((text) => {
    const { decision, reason, errors, ...request } = parseLossless(text) as Answered
    const found = engine.decide({ ...request, entities: parseLossless(entities) as EntityJson[] })
    const expected = JSON.stringify({ decision, reasons: reason.toSorted(), errors: errors.toSorted() })
    const got = JSON.stringify({ ...found, errors: found.errors.map(({ policyId }) => policyId) })
    return got === expected ? [] : [`${name}: expected ${expected}, got ${got} for ${text}`]
  })
}

test('the sample of the corpus of Cedar is decided as its authors say', () => {
  const cases: readonly CorpusCase[] = JSON.parse(readFileSync(SAMPLE, 'utf8'))
  expect(cases.length).toBeGreaterThan(200)
  expect(cases.flatMap(faultsOf)).toEqual([])
})

function* casesIn(folder: string): Generator<CorpusCase> {
  const read = (name: string, ending: string) => readFileSync(join(folder, `${name}${ending}`), 'utf8')
  for (const file of readdirSync(folder).filter((each) => /^[0-9a-f]+\.json$/.test(each))) {
    const name = file.replace('.json', '')
    const { requests } = parseLossless(read(name, '.json')) as { readonly requests: readonly Answered[] }
    const [policies, entities] = [read(name, '.cedar'), read(name, '.entities.json')]
    yield { name, policies, entities, requests: requests.map(stringifyLossless) }
  }
}

test.runIf(WHOLE !== undefined)(
  'the whole corpus in the folder CEDAR_CORPUS is decided so',
  { timeout: 1_800_000 },
  () => {
    const [cases, faults]: [CorpusCase[], string[]] = [[], []]
    for (const each of casesIn(WHOLE ?? '')) {
      cases.push(each)
      faults.push(...faultsOf(each))
    }
    const requests = cases.reduce((sum, each) => sum + each.requests.length, 0)
    process.stderr.write(
      `${cases.length} tests of the corpus, ${requests} requests, ${faults.length} decided otherwise\n`,
    )
    expect(cases.length).toBeGreaterThan(0)
    expect(faults).toEqual([])
  },
)
