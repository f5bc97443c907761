import { z } from 'zod'
import { timestamp } from './capsule.ts'

/** What a change of the model may be in the middle of. */
export const MODEL_CHANGE_STATES = ['running', 'paused', 'waiting', 'stopped', 'cancelled', 'removing'] as const

const space = { model: z.string(), dimensions: z.int() }

export const embeddingState = z
  .object({
    model: z.string().nullable().describe('Whose vectors questions are asked in.'),
    dimensions: z.int().nullable(),
    available: z
      .boolean()
      .describe('False while nothing here can make vectors of that model: questions are answered by words then.'),
    configured: z.object(space).describe('The model that the configuration names.'),
    versions: z.int().describe('Versions whose vector is made here, and not given by a caller.'),
    filled: z.int().describe('Those of them that have it.'),
    change: z
      .object({
        ...space,
        state: z
          .enum(MODEL_CHANGE_STATES)
          .describe(
            '`waiting`: for an embedder that is away, until `retry_at`. `stopped`: until what `problem` names is mended. `removing`: what is not needed any more goes.',
          ),
        done: z.int(),
        total: z.int(),
        started_at: timestamp.nullable(),
        per_second: z.number().nullable(),
        eta_s: z.number().nullable(),
        refused: z.int().describe('Texts that the model refuses; they are found by their words.'),
        problem: z.string().nullable(),
        retry_at: timestamp.nullable(),
      })
      .nullable()
      .describe('Null where the vectors are those of the configured model.'),
  })
  .meta({ id: 'EmbeddingState' })
export type EmbeddingState = z.infer<typeof embeddingState>
