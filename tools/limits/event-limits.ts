import { EVENT_LIMITS } from '@forge-cascade/contract'
import { STREAM_LIMITS } from '../../packages/server/src/edge/http/event-streams.ts'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const
const busy = { error: 'RATE_LIMITED' } as const

/** What is read, followed and published as events. */
export const EVENT_ROWS = {
  eventType: { what: 'Type of an event', value: EVENT_LIMITS.typeLengthMax, unit: 'characters', beyond: invalid },
  eventWords: { what: 'Words of a type of events', value: EVENT_LIMITS.wordsMax, unit: 'items', beyond: invalid },
  eventPayload: {
    what: 'What a published event says, as JSON',
    value: EVENT_LIMITS.payloadBytesMax,
    unit: 'bytes',
    beyond: { error: 'PAYLOAD_TOO_LARGE' },
  },
  eventPage: { what: 'Events of a page', value: EVENT_LIMITS.pageMax, unit: 'items', beyond: invalid },
  eventPatterns: { what: 'Patterns of types', value: EVENT_LIMITS.patternsMax, unit: 'items', beyond: invalid },
  eventStreams: { what: 'Streams of a subject', value: STREAM_LIMITS.perSubjectMax, unit: 'items', beyond: busy },
  personEventStreams: {
    what: 'Streams of a person and its agents',
    value: STREAM_LIMITS.perPersonMax,
    unit: 'items',
    beyond: busy,
  },
  allEventStreams: { what: 'Streams of all', value: STREAM_LIMITS.inAllMax, unit: 'items', beyond: busy },
  eventsWaiting: {
    what: 'What waits for a reader of a stream',
    value: STREAM_LIMITS.waitingMax,
    unit: 'bytes',
    beyond: { cut: 'nothing more is read for it, and after 30 s it is ended' },
  },
} as const satisfies Limits
