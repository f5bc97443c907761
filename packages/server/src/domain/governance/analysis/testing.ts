import type { ArmedBundle } from '../armed-bundle.ts'
import { decideFrom } from '../decide-from.ts'
import type { DecisionInput } from '../decision-input.ts'
import type { DecisionRow } from '../decision-row.ts'
import type { RecordedDecisions } from './analyse-change.ts'

/** A decision as it is recorded under some policies. @param n names it. */
export function recordedOf(input: DecisionInput, bundle: ArmedBundle, n: number): RecordedDecisions {
  const first = `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`
  const subject = input.subject?.id ?? null
  const row: DecisionRow = {
    ...{ v: 1, first, count: 1, at: n, latencyMs: 0, correlationId: 'c', subject, resource: input.resource },
    input: { ...input, bundle: bundle.digest },
    ...{ verdict: decideFrom(input, bundle), key: '00'.repeat(32), gatheredIn: null },
  }
  return { first, count: 1, row }
}
