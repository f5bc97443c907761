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
    action: weight(1, 'what the route declares (low 10, medium 40, high 70)'),
    actor_trust: weight(0.25, 'what is missing of the full trust of who acts'),
    novelty: weight(0.1, 'whether who acts never did this before'),
    time: weight(0.1, 'an hour of the day that is unusual for who acts'),
    volume: weight(0.3, 'how many times its usual rate who acts goes now'),
    denials: weight(0.4, 'how often who acts was refused lately'),
    anomaly: weight(0.6, 'the anomaly score, once a part provides one'),
    affect_delta: weight(0.3, 'the change of affect of the memory, once a part provides one'),
    drift_score: weight(0.4, 'the drift of the memory, once a part provides one'),
    provider_history: weight(0.2, 'the history of the provider that is asked, once a part provides one'),
  }),
})
