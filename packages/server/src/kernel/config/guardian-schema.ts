import { RISK_WEIGHTS } from '@forge-cascade/contract/vocabulary'
import { z } from 'zod'
import { configFacts } from './config-facts.ts'

/** How much of the risk that is left a signal takes at its worst. */
const weight = (value: number, what: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(value)
    .register(configFacts, {
      reload: true,
      description: `Weight in the risk of an action: ${what}. At its worst the signal takes this part of what the others left of 100; 0 turns it off.`,
    })

/** How risk is weighed. */
export const guardian = z.strictObject({
  weights: z.strictObject({
    action: weight(RISK_WEIGHTS.action, 'what the route declares (low 10, medium 40, high 70)'),
    actor_trust: weight(RISK_WEIGHTS.actor_trust, 'what is missing of the full trust of who acts'),
    novelty: weight(RISK_WEIGHTS.novelty, 'whether who acts never did this before'),
    time: weight(RISK_WEIGHTS.time, 'an hour of the day that is unusual for who acts'),
    volume: weight(RISK_WEIGHTS.volume, 'how many times its usual rate who acts goes now'),
    denials: weight(RISK_WEIGHTS.denials, 'how often who acts was refused lately'),
    anomaly: weight(RISK_WEIGHTS.anomaly, 'the anomaly score, once a part provides one'),
    affect_delta: weight(RISK_WEIGHTS.affect_delta, 'the change of affect that a caller told of itself'),
    drift_score: weight(RISK_WEIGHTS.drift_score, 'the drift of the memory, most of all of what who acts wrote lately'),
    provider_history: weight(
      RISK_WEIGHTS.provider_history,
      'the history of the provider that is asked, once a part provides one',
    ),
  }),
})
