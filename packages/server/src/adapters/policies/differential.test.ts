import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CompiledEngine,
  type FallbackEngine,
  type PolicyDecision,
  type PolicyRequest,
  type PolicySetJson,
} from '#policy'
import { campaign } from '../../platform/store/testing.ts'
import { CedarInstance } from './cedar-instance.ts'
import { CedarOracle, decisionOf } from './cedar-oracle.ts'
import { arbitraryPolicies, arbitraryRequest } from './testing/arbitrary-policies.ts'

const REQUESTS = 5
const SETS = campaign(500, 200_000)
/** An instance grows a little with each call; a new one from time to time keeps it small. */
const SETS_PER_INSTANCE = 5_000

/** What two engines have to agree on: texts of errors are their own. */
const told = ({ decision, reasons, errors }: PolicyDecision) => ({
  decision,
  reasons,
  errors: errors.map(({ policyId }) => policyId),
})

const oracle = new CedarOracle({ policies: {} })
/** Over the set that was asked about last. */
const fallback: FallbackEngine = {
  decide: (request) => askLast(request),
  evaluate: (policies, request) => oracle.evaluate(policies, request),
}
let instance = new CedarInstance()
let sets = 0

function askCedar(policies: PolicySetJson, requests: readonly PolicyRequest[]): readonly PolicyDecision[] {
  if (++sets % SETS_PER_INSTANCE === 0) instance = new CedarInstance()
  const { policies: staticPolicies, templates = {}, links: templateLinks = [] } = policies
  expect(instance.preparse('set', { staticPolicies, templates, templateLinks })).toEqual({ type: 'success' })
  return requests.map(askLast)
}

const askLast = (request: PolicyRequest): PolicyDecision =>
  decisionOf(instance.call('statefulIsAuthorized', { entities: [], ...request, preparsedPolicySetId: 'set' }))

test(
  'compiled policies decide as Cedar does: the same decision, for the same reasons, with the same failures',
  () => {
    const seen = { allow: 0, deny: 0, failed: 0, refused: 0 }
    fc.assert(
      fc.property(
        arbitraryPolicies,
        fc.array(arbitraryRequest, { minLength: REQUESTS, maxLength: REQUESTS }),
        (policies, requests) => {
          const engine = new CompiledEngine(policies, { fallback })
          const expected = askCedar(policies, requests)
          expect(requests.map((request) => told(engine.decide(request)))).toEqual(expected.map(told))
          for (const { decision, errors } of expected) {
            seen[decision]++
            if (errors.some(({ policyId }) => policyId === null)) seen.refused++
            else if (errors.length > 0) seen.failed++
          }
        },
      ),
      { numRuns: SETS },
    )
    // The policies drawn are not all of one outcome, or little would be compared.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan((SETS * REQUESTS) / 100)
  },
  campaign(30_000, 7_200_000),
)
