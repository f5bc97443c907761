import { builtInPolicies, policySchema } from './built-in-policies.ts'
import { cliJsonReference } from './cli-json-reference.ts'
import { cliReference } from './cli-reference.ts'
import { configurationReference } from './config-reference.ts'
import { decisionSchema } from './decision-schema.ts'
import { errorsReference } from './errors-reference.ts'
import type { Generator } from './generator.ts'
import { httpReference } from './http-reference.ts'
import { limitsReference } from './limits-reference.ts'
import { llmsTxt } from './llms-txt.ts'
import { mcpReference } from './mcp-reference.ts'
import { metricsReference } from './metrics-reference.ts'
import { reasonsReference } from './reasons-reference.ts'
import { recordSchemas } from './record-schemas.ts'
import { recordsReference } from './records-reference.ts'

export type { Generator } from './generator.ts'

/** Everything that `npm run generate` writes and `npm run check` compares. A new one is one line here. */
export const GENERATORS: readonly Generator[] = [
  policySchema,
  builtInPolicies,
  cliReference,
  cliJsonReference,
  configurationReference,
  decisionSchema,
  errorsReference,
  httpReference,
  limitsReference,
  llmsTxt,
  mcpReference,
  metricsReference,
  ...recordSchemas,
  recordsReference,
  reasonsReference,
]
