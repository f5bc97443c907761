import { z } from 'zod'
import { type Dataset, EMPTY, type RecallItem, type RecallQuestion } from './dataset.ts'

const turn = z.object({
  speaker: z.string(),
  dia_id: z.string(),
  text: z.string(),
  blip_caption: z.string().optional(),
})

/** Conversations of sessions, in the shape of the LoCoMo data set (snap-research/LoCoMo, `locomo10.json`). */
export const conversations = z
  .array(
    z.object({
      sample_id: z.string(),
      conversation: z.record(z.string(), z.unknown()),
      qa: z.array(
        z.object({
          question: z.string(),
          evidence: z.array(z.string()).optional(),
          category: z.union([z.string(), z.number()]),
        }),
      ),
    }),
  )
  .min(1)

type Conversation = z.infer<typeof conversations>[number]

/** Every turn a capsule, every conversation a lane. */
export function chatDataset(name: string, list: readonly Conversation[]): Dataset {
  const lanes = list.map((one) => ({ items: turnsOf(one), one }))
  return {
    ...EMPTY,
    name,
    items: lanes.flatMap(({ items }) => items),
    questions: lanes.flatMap(({ items, one }) => questionsOf(one, new Set(items.map(({ key }) => key)))),
  }
}

const SESSION = /^session_(\d+)$/u

function turnsOf({ sample_id: lane, conversation }: Conversation): readonly RecallItem[] {
  const sessions = Object.keys(conversation).flatMap((key) => SESSION.exec(key)?.[1] ?? [])
  return sessions
    .map(Number)
    .toSorted((a, b) => a - b)
    .flatMap((session) => {
      const at = momentOf(String(conversation[`session_${session}_date_time`] ?? ''))
      const turns = z.array(turn).parse(conversation[`session_${session}`])
      return turns.map(({ speaker, dia_id, text, blip_caption }, index) => ({
        key: `${lane}/${dia_id}`,
        capsule: {
          // What a picture shows that was sent along belongs to the turn.
          content: (blip_caption === undefined ? text : `${text}\n[${blip_caption}]`).trim() || '(nothing)',
          type: 'knowledge' as const,
          lane,
          source: { kind: 'chat' as const, conversation: lane, session, index, speaker, ...(at && { at }) },
        },
      }))
    })
}

const MOMENT = /(\d{1,2}):(\d{2}) (am|pm) on (\d{1,2}) (\p{L}+),? (\d{4})/u
const MONTHS = 'january february march april may june july august september october november december'.split(' ')

/** "1:56 pm on 8 May, 2023" as a timestamp; taken for UTC, as nothing says where it was. */
export function momentOf(text: string): string | undefined {
  const [, hour, minute, half, day, month = '', year] = MOMENT.exec(text) ?? []
  const at = MONTHS.indexOf(month.toLowerCase())
  if (at < 0) return undefined
  const hours = (Number(hour) % 12) + (half === 'pm' ? 12 : 0)
  return new Date(Date.UTC(Number(year), at, Number(day), hours, Number(minute))).toISOString()
}

const EVIDENCE = /D:?(\d+):(\d+)/gu

/**
 * Evidence is not well formed everywhere: several turns in one text ("D8:6; D9:17"), a colon too many ("D:11:26"). What
 * names no turn is left out, and so is a question without any.
 */
function questionsOf({ sample_id: lane, qa }: Conversation, known: ReadonlySet<string>): readonly RecallQuestion[] {
  return qa
    .map(({ question, evidence = [], category }) => {
      const turns = evidence.flatMap((text) => Array.from(text.matchAll(EVIDENCE), ([, a, b]) => `${lane}/D${a}:${b}`))
      return {
        text: question,
        evidence: [...new Set(turns)].filter((key) => known.has(key)),
        category: String(category),
        lane,
      }
    })
    .filter(({ evidence }) => evidence.length > 0)
}
