import { z } from 'zod'
import { timestamp, trustScore, uuid } from './capsule.ts'

export const subjectTrust = z
  .object({
    id: uuid,
    name: z.string(),
    trust: trustScore,
    trust_level: z.string(),
    quarantined: z.boolean().describe('Whether nothing of it executes.'),
    failures: z.int().min(0).describe('Failures in a row; three quarantine it.'),
    explanation: z.string(),
    recomputed: z
      .object({ trust: trustScore.nullable(), same: z.boolean().nullable() })
      .describe(
        'What the entries of the log alone come to, and whether that is what is stored; null where the log tells too little.',
      ),
    history: z
      .array(
        z.object({
          kind: z
            .string()
            .describe(
              'What the evidence is: `success`, `failure`, `vote`, `incident`, `denial`, `service`, `set` or `released`.',
            ),
          old: trustScore,
          new: trustScore,
          reason: z.string().describe('Why it came out so: the kind, or the rule that kept it from counting.'),
          by: uuid,
          by_name: z.string().nullable(),
          own: z
            .boolean()
            .describe('Whether the one behind it is the one behind the subject: such evidence never raises.'),
          note: z.string().nullable(),
          at: timestamp,
        }),
      )
      .describe('Newest first, a hundred at most; the log has all.'),
  })
  .meta({ id: 'SubjectTrust' })
export type SubjectTrustAnswer = z.infer<typeof subjectTrust>
