import { ANALYSIS_LIMITS, COUNCIL_LIMITS } from '@forge-cascade/contract'
import { CHAT_ANSWER_BYTES_MAX } from '../../packages/server/src/adapters/models/openai-adviser.ts'
import {
  SAMPLE_REQUESTS_MAX,
  SAMPLE_WORDS_MAX,
} from '../../packages/server/src/domain/governance/analysis/sample-requests.ts'
import { ADVISER_MS_MAX } from '../../packages/server/src/domain/governance/council/council.ts'
import { ADVICE_ROUNDS_MAX } from '../../packages/server/src/domain/governance/council/council-sessions.ts'
import type { Limits } from './limit.ts'

/** What tells of a proposal before anybody votes. */
export const ANALYSIS_ROWS = {
  analysedDecisions: {
    what: 'Recorded decisions that one analysis decides again, equal ones counted once',
    value: ANALYSIS_LIMITS.decisionsMax,
    unit: 'items',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  sampledRequests: {
    what: 'Requests that one analysis samples',
    value: SAMPLE_REQUESTS_MAX,
    unit: 'items',
    beyond: { cut: 'every n-th of them is asked; `sample.of` says how many there were' },
  },
  sampledWords: {
    what: 'Words of one attribute that policies name, which an analysis asks about',
    value: SAMPLE_WORDS_MAX,
    unit: 'items',
    beyond: { cut: 'the first of them count' },
  },
  adviceRounds: {
    what: 'Times that the council comments on one proposal',
    value: ADVICE_ROUNDS_MAX,
    unit: 'items',
    beyond: { error: 'CONFLICT' },
  },
  adviserTime: {
    what: 'Time that one adviser has',
    value: ADVISER_MS_MAX,
    unit: 'ms',
    beyond: { cut: 'it is shown as failed' },
  },
  adviceText: {
    what: 'What an adviser says',
    value: COUNCIL_LIMITS.textLengthMax,
    unit: 'characters',
    beyond: { cut: 'the rest is left out' },
  },
  adviceReasons: {
    what: 'Reasons of an adviser',
    value: COUNCIL_LIMITS.reasonsMax,
    unit: 'items',
    beyond: { cut: 'the rest is left out' },
  },
  adviceReason: {
    what: 'One reason of an adviser',
    value: COUNCIL_LIMITS.reasonLengthMax,
    unit: 'characters',
    beyond: { cut: 'the rest is left out' },
  },
  adviceAnswer: {
    what: 'Answer of a model that advises',
    value: CHAT_ANSWER_BYTES_MAX,
    unit: 'bytes',
    beyond: { cut: 'it is shown as failed' },
  },
} as const satisfies Limits
