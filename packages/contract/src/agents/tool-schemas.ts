import { z } from 'zod'
import {
  capsule,
  capsuleCreate,
  content,
  parentInput,
  receipt,
  semver,
  tag,
  timestamp,
  title,
  uuid,
} from '../capsule.ts'
import { lineageAnswer, lineageEdge, lineageNode, lineageQuery } from '../lineage.ts'
import { askAnswer, askBody, citation, SEARCH_LIMITS } from '../search.ts'
import { CAPSULE_TYPES } from '../vocabulary.ts'
import { AGENT_LIMITS as L } from './agent-limits.ts'
import { asOf, maxTokens, minTrust, pieceParts, scopeParts, stretchParts } from './tool-parts.ts'

const notices = z.array(z.string()).describe('What limits this answer.')
const tags = z.array(tag).max(L.tagsMax)

export const REMEMBER = {
  input: z.strictObject({
    content: content.describe('One piece of knowledge in plain words that is understood by itself later.'),
    title: title.optional().describe('A short name for it.'),
    type: capsuleCreate.shape.type.default('knowledge'),
    tags: tags.optional(),
    parents: z
      .array(parentInput.omit({ changes: true }))
      .max(L.parentsMax)
      .optional()
      .describe('Capsules that it was concluded from.'),
    replaces: z
      .strictObject({ id: uuid, version: semver.describe('The version that was read.') })
      .optional()
      .describe('The capsule whose text this replaces, as its next version; it keeps its history.'),
    valid_from: timestamp.optional().describe('Since when it holds; now when left out.'),
    ...scopeParts,
  }),
  output: z.object({
    outcome: receipt.shape.outcome.describe('`existing`: the same text was there already.'),
    id: uuid,
    version: semver,
    uri: pieceParts.uri,
    trust: pieceParts.trust,
    trust_level: z.string(),
    near_duplicates: receipt.shape.near_duplicates.describe('Capsules that say nearly the same.'),
  }),
}

export const RECALL = {
  input: z.strictObject({
    query: z
      .string()
      .max(SEARCH_LIMITS.queryLengthMax)
      .refine((text) => text.trim().length > 0, { error: 'must not be blank' })
      .describe('What to look for, in words.'),
    limit: z.int().min(1).max(L.hitsMax).default(L.hitsDefault).describe('Capsules, at most.'),
    max_tokens: maxTokens,
    type: z.array(z.enum(CAPSULE_TYPES)).max(CAPSULE_TYPES.length).optional(),
    tags: tags.optional().describe('All of them must be present.'),
    min_trust: minTrust,
    as_of: asOf,
    ...scopeParts,
  }),
  output: z.object({
    hits: z
      .array(
        z.object({
          ...pieceParts,
          type: capsule.shape.type,
          age_days: citation.shape.age_days,
          score: z.number().min(0),
          ...stretchParts,
        }),
      )
      .describe('Best first.'),
    found: z.int().min(0).describe('Capsules that were found.'),
    omitted: z.int().min(0).describe('Of these, left out for want of room.'),
    notices,
  }),
}

export const ASK = {
  input: z.strictObject({
    question: askBody.shape.question.describe('As one would ask a colleague.'),
    quotes: z.int().min(1).max(SEARCH_LIMITS.quotesMax).default(L.quotesDefault).describe('Quotes, at most.'),
    min_trust: minTrust,
    as_of: asOf,
    ...scopeParts,
  }),
  output: askAnswer
    .pick({ answer: true, mode: true, found: true, conflicts: true })
    .extend({ citations: z.array(citation.extend({ uri: pieceParts.uri })), notices }),
}

export const GET = {
  input: z.strictObject({
    id: uuid,
    version: semver.optional().describe('The newest when left out.'),
    start: z.int().min(0).default(0).describe('Where to begin in the content: `next_start` of the answer before.'),
    max_tokens: maxTokens,
  }),
  output: capsule
    .pick({
      type: true,
      status: true,
      tags: true,
      category: true,
      licence: true,
      identity: true,
      lane: true,
      fold: true,
      created_at: true,
      valid_to: true,
    })
    .extend({
      ...pieceParts,
      parents: z.array(capsule.shape.parents.element.omit({ changes: true })).describe('The first ones.'),
      ...stretchParts,
      next_start: z.int().nullable().describe('Where the rest begins; null at the end.'),
    }),
}

export const TRACE_LINEAGE = {
  input: z.strictObject({
    id: uuid,
    direction: lineageQuery.shape.direction.describe('What it comes from, or what came of it.'),
    depth: z.int().min(1).max(L.depthMax).optional().describe('Steps, at most; all when left out.'),
    limit: z.int().min(1).max(L.lineageMax).default(L.lineageDefault).describe('Capsules, at most.'),
  }),
  output: z.object({
    nodes: z.array(lineageNode.extend({ uri: pieceParts.uri })).describe('Oldest first.'),
    edges: z.array(lineageEdge.omit({ kind: true })).describe('Each says why `from` was derived from `to`.'),
    truncated: lineageAnswer.shape.truncated,
  }),
}

export const FORGET = {
  input: z.strictObject({ id: uuid }),
  output: z.object({ id: uuid, status: z.literal('ARCHIVED'), uri: z.string() }),
}
