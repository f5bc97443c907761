import { decisionRecord } from '@forge-cascade/contract'
import { z } from 'zod'
import type { Generator } from './generator.ts'

/** The JSON Schema of a decision as every consumer reads it: who knows fewer members than it has passes over them. */
export const decisionSchema: Generator = {
  path: 'conformance/decisions/v1/decision.schema.json',
  write: () => {
    const { $schema, $defs } = z.toJSONSchema(decisionRecord, {
      // An answer may have a member more one day.
      override: ({ jsonSchema }) => void delete jsonSchema.additionalProperties,
    })
    const { id: _id, ...schema } = $defs?.Decision ?? {}
    const description = 'What the gate decided, and why: `decision_id` is null where it was asked what it would decide.'
    return `${JSON.stringify({ $schema, title: 'forge.decision/1', description, ...schema }, null, 2)}\n`
  },
}
