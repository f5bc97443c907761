import { z } from 'zod'
import { configFacts } from './config-facts.ts'

const percent = () => z.int().min(0).max(100)

/** How far the gate goes, and how long it can tell of what it decided. */
export const gate = z.strictObject({
  mode: z.enum(['audit', 'warn', 'enforce']).default('enforce').register(configFacts, {
    reload: true,
    description:
      '`enforce` stops what is denied; `warn` lets it pass and says so to the caller, `audit` on record alone. Constitution, kill switch, credentials and scopes are enforced whatever the mode.',
  }),
  canary_percent: percent().default(0).register(configFacts, {
    reload: true,
    description: 'Share of subjects, 0-100, for whom `enforce` counts whatever the mode; the same ones each time.',
  }),
  risk_hold: percent().default(85).register(configFacts, {
    reload: true,
    description: 'Score of the guardian from which somebody has to approve.',
  }),
  risk_deny: percent().default(97).register(configFacts, {
    reload: true,
    description: 'Score of the guardian from which nothing helps.',
  }),
  approval_hours: z.int().min(1).max(720).default(24).register(configFacts, {
    reload: true,
    description: 'Hours that a request waits for somebody’s approval; then it expires.',
  }),
  decision_days: z.int().min(180).max(3650).default(400).register(configFacts, {
    description:
      'Days that what a decision was made from is kept, to explain it and to decide it again; the log has its digest for ever.',
  }),
})
