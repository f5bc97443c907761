import { OWN_AGENT_LIMITS, TOKEN_LIMITS } from '@forge-cascade/contract'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

/** What subjects come in with. */
export const IDENTITY_ROWS = {
  tokenName: { what: 'Name of a token', value: TOKEN_LIMITS.nameLengthMax, unit: 'characters', beyond: invalid },
  tokenScopes: { what: 'Scopes of a token', value: TOKEN_LIMITS.scopesMax, unit: 'items', beyond: invalid },
  tokenDays: { what: 'Days until a token ends', value: TOKEN_LIMITS.daysMax, unit: 'items', beyond: invalid },
  ownAgents: {
    what: 'Agents that a person registers of their own',
    value: OWN_AGENT_LIMITS.agentsMax,
    unit: 'items',
    beyond: { error: 'CONFLICT' },
  },
  ownTokens: {
    what: 'Tokens of an agent that its person makes, those that are over and still listed among them',
    value: OWN_AGENT_LIMITS.tokensMax,
    unit: 'items',
    beyond: { error: 'CONFLICT' },
  },
} as const satisfies Limits
