import { CEDAR_PAGES_MAX } from '../../packages/server/src/adapters/policies/cedar-instance.ts'
import { LOOKED_THROUGH_MAX } from '../../packages/server/src/adapters/policies/policy-files.ts'
import { READING_HEAP_MIB_MAX, READING_MS_MAX } from '../../packages/server/src/adapters/policies/policy-reader.ts'
import { EXPRESSION_LEVELS_MAX } from '../../packages/server/src/platform/policy/compile-expression.ts'
import { CLOSEST_MAX } from '../../packages/server/src/platform/policy/explain.ts'
import { POLICY_LIMITS } from '../../packages/server/src/platform/policy/policy-bundle.ts'
import { REQUEST_ENTITIES_MAX, VALUE_LEVELS_MAX } from '../../packages/server/src/platform/policy/policy-request.ts'
import type { Limits } from './limit.ts'

const MIB = 1024 * 1024
const PAGE_BYTES = 65_536
const tooMuch = { error: 'UNPROCESSABLE' } as const
const found = { cut: 'it is a finding, and the bundle is not sound' } as const
const denied = { cut: 'the request is denied, and says why' } as const

/** What a bundle of policies may hold, and a request that they decide. */
export const POLICY_ROWS = {
  policyBundle: { what: 'All files of a bundle', value: POLICY_LIMITS.bytesMax, unit: 'bytes', beyond: tooMuch },
  policyFiles: { what: 'Files of a bundle', value: POLICY_LIMITS.filesMax, unit: 'items', beyond: tooMuch },
  policyFolder: {
    what: 'Files, and folders, that are looked through for policies',
    value: LOOKED_THROUGH_MAX,
    unit: 'items',
    beyond: tooMuch,
  },
  policies: { what: 'Policies of a bundle', value: POLICY_LIMITS.policiesMax, unit: 'items', beyond: found },
  policy: { what: 'One policy', value: POLICY_LIMITS.policyBytesMax, unit: 'bytes', beyond: found },
  policyId: { what: 'Its id', value: POLICY_LIMITS.idLengthMax, unit: 'characters', beyond: found },
  policyFindings: {
    what: 'Findings that are told',
    value: POLICY_LIMITS.findingsMax,
    unit: 'items',
    beyond: { cut: 'the others are told once these are mended' },
  },
  policyReading: { what: 'Reading a bundle', value: READING_MS_MAX, unit: 'ms', beyond: found },
  policyHeap: {
    what: 'Heap of the thread that reads',
    value: READING_HEAP_MIB_MAX * MIB,
    unit: 'bytes',
    beyond: found,
  },
  policyMemory: {
    what: 'Memory of one instance of Cedar',
    value: CEDAR_PAGES_MAX * PAGE_BYTES,
    unit: 'bytes',
    beyond: { cut: 'it is replaced; what it read is a finding, what it decided is denied' },
  },
  policyExpression: {
    what: 'Operators within one another that are compiled',
    value: EXPRESSION_LEVELS_MAX,
    unit: 'levels',
    beyond: { cut: 'Cedar evaluates the policy' },
  },
  policyEntities: { what: 'Entities of a request', value: REQUEST_ENTITIES_MAX, unit: 'items', beyond: denied },
  policyValue: { what: 'A value in a request', value: VALUE_LEVELS_MAX, unit: 'levels', beyond: denied },
  policyClosest: {
    what: 'Permits that an explanation tells of where nothing permits',
    value: CLOSEST_MAX,
    unit: 'items',
    beyond: { cut: 'those that are further off are left out' },
  },
} as const satisfies Limits
