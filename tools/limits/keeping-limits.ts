import { KEEPING_LIMITS, SHARE_LIMITS } from '@forge-cascade/contract'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

/** What is erased, and what is kept from being erased. */
export const KEEPING_ROWS = {
  legalBasis: {
    what: 'Ground of an erasure',
    value: KEEPING_LIMITS.legalBasisLengthMax,
    unit: 'characters',
    beyond: invalid,
  },
  holdReason: {
    what: 'Reason of a legal hold',
    value: KEEPING_LIMITS.reasonLengthMax,
    unit: 'characters',
    beyond: invalid,
  },
  holds: {
    what: 'Legal holds in force at once',
    value: KEEPING_LIMITS.holdsMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  shares: {
    what: 'Shares that are in force with one subject',
    value: SHARE_LIMITS.sharesMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  sharesFromOne: {
    what: 'Shares that are in force from one giver with one subject',
    value: SHARE_LIMITS.sharesFromOneMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  acceptances: {
    what: 'Capsules for sale whose terms a subject has accepted',
    value: SHARE_LIMITS.acceptancesMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  stays: {
    what: 'Capsules that a receipt names: those that were erased, and those of others that stay',
    value: KEEPING_LIMITS.staysMax,
    unit: 'items',
    beyond: { cut: 'the first are named; the certificate names all that were erased' },
  },
} as const satisfies Limits
