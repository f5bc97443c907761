import { z } from 'zod'
import { timestamp, uuid } from './capsule.ts'
import { wellFormed } from './text.ts'

export const EMERGENCY_LIMITS = {
  reasonLengthMax: 1000,
} as const

const reason = wellFormed(z.string().min(1).max(EMERGENCY_LIMITS.reasonLengthMax))

export const emergencyBody = z.strictObject({
  active: z.boolean().describe('True turns the emergency on; false asks to lift it.'),
  reason: reason.describe('Why; shown to whoever is refused because of it.'),
})

export const emergency = z
  .object({
    active: z.boolean(),
    epoch: z.int().min(0).describe('How many emergencies there have been; 0 before the first.'),
    since: timestamp.nullable(),
    reason: z.string().nullable(),
    by: uuid.nullable(),
    by_name: z.string().nullable(),
    cause: z.enum(['call', 'file']).nullable().describe('`file`: the file EMERGENCY in the data folder.'),
    file: z.boolean().describe('Whether that file lies there now: until it is removed, nothing is lifted.'),
    lifts: z
      .array(z.object({ by: uuid, by_name: z.string().nullable(), at: timestamp, expires_at: timestamp }))
      .describe('Who has asked to lift it and waits for a second person.'),
    alone_after: timestamp
      .nullable()
      .describe(
        'From when on the only person who may lift it can do so alone, on the machine; null where there are more.',
      ),
  })
  .meta({ id: 'Emergency' })
export type Emergency = z.infer<typeof emergency>
