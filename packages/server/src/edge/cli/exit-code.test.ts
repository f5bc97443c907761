import { ERRORS, type ErrorCode } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import { fixOf } from './error-fix.ts'
import { EXIT, endOfError, exitOf } from './exit-code.ts'

test('the codes are what is documented, each once', () => {
  expect(Object.fromEntries(Object.entries(EXIT).map(([name, { code }]) => [name, code]))).toEqual({
    ok: 0,
    failed: 1,
    usage: 2,
    notFound: 3,
    refused: 4,
    conflict: 5,
    unavailable: 6,
    damaged: 7,
    held: 8,
    interrupted: 130,
  })
})

// The keys of the catalogue are exactly its codes.
test.for(Object.keys(ERRORS) as ErrorCode[])('%s never ends as success', (code) => {
  expect(EXIT[exitOf(code)].code).toBeGreaterThan(0)
})

test.for([
  ['VALIDATION_FAILED', 'usage'],
  ['CONFIG_INVALID', 'usage'],
  ['UNAUTHENTICATED', 'refused'],
  ['FORBIDDEN', 'refused'],
  ['NOT_FOUND', 'notFound'],
  ['ERASED', 'notFound'],
  ['DATA_FOLDER_IN_USE', 'conflict'],
  ['REVISION_MISMATCH', 'conflict'],
  ['NO_SERVER', 'unavailable'],
  ['RATE_LIMITED', 'unavailable'],
  ['STORAGE_FULL', 'unavailable'],
  ['BACKUP_INVALID', 'damaged'],
  ['BACKUP_KEY_MISSING', 'damaged'],
  ['DATA_CORRUPT', 'damaged'],
  ['INTERNAL', 'failed'],
] as const)('%s ends as %s', ([code, exit]) => {
  expect(exitOf(code)).toBe(exit)
})

test('what waits for an approval ends otherwise than what is refused for want of one', () => {
  const parked = new CascadeError('APPROVAL_REQUIRED', 'It waits.', { extensions: { approval: {} } })
  expect([endOfError(parked), endOfError(new CascadeError('APPROVAL_REQUIRED', 'No.'))]).toEqual(['held', 'refused'])
})

// The keys of the catalogue are exactly its codes.
test.for(Object.keys(ERRORS) as ErrorCode[])('the fix of %s reads at a command line', (code) => {
  const fix = fixOf(new CascadeError(code, 'So it is.'), 'cascade ask --help')
  expect(fix).toMatch(/^[A-Z`].*\.$/)
  expect(fix).not.toMatch(/`(detail|errors)`|Authorization|Retry-After/)
})

test.for([
  ['ledger publish', 'LEDGER_FORKED', 'publish into a new one'],
  ['ledger publish', 'CONFLICT', 'a new or empty folder'],
  ['ledger rotate-key', 'CONFLICT', '--now'],
  ['evidence changes', 'CONFLICT', 'a checkpoint of this log'],
  ['evidence export', 'CONFLICT', 'Run it again'],
  ['evidence export', 'NOT_FOUND', 'a longer time'],
  ['ledger publish', 'UNPROCESSABLE', 'a folder that this user may write to'],
  ['mcp install', 'NOT_FOUND', 'Name the client'],
  ['evidence verify', 'SOURCE_UNREADABLE', 'such a file'],
  ['policy lint', 'SOURCE_UNREADABLE', 'such a file'],
  ['artifact show', 'NOT_FOUND', '`artifact verify` prints the digest'],
] as const)('the fix of %s for %s is its own, and leads to nothing else', ([command, code, says]) => {
  const fix = fixOf(new CascadeError(code, 'So it is.'), 'cascade --help', command)
  expect(fix).toMatch(/^[A-Z`].*\.$/)
  expect(fix).toContain(says)
  expect(fix).not.toMatch(/restore|data folder|`show`|`search`/)
})
