import { expect, test } from 'vitest'
import { statsLines } from './stats-lines.ts'

const BYTES = { by_status: {}, by_type: {}, by_embedding_model: {}, by_trust_level: {} }
const EMPTY = {
  ...{ capsules: 0, chunks: 0, versions: 0, content_bytes: 0, scopes: 0, by_scope: [], sequence: -1 },
  ...BYTES,
  bytes: BYTES,
  lineage: { derived: 0, depth_mean: 0, depth_max: 0 },
}

test('an empty store has no sections', () => {
  expect(statsLines(EMPTY)).toEqual([
    '0 capsules (0 chunks), 0 versions, 0 bytes',
    '',
    'Lineage: 0 derived, depth 0.00 on average, 0 at most',
  ])
})

test('what there is stands largest first, and a hostile name cannot act on the terminal', () => {
  const scope = { identity: null, lane: 'a\u001b[31m', fold: null, capsules: 900, bytes: 2048 }
  const lines = statsLines({
    ...EMPTY,
    capsules: 1200,
    by_type: { code: 200, knowledge: 1000 },
    bytes: { ...BYTES, by_type: { code: 512, knowledge: 4096 } },
    scopes: 3,
    by_scope: [scope, { ...scope, lane: null, capsules: 200 }],
  })
  expect(lines.slice(2, 9)).toEqual([
    'Type',
    '  knowledge  1,000  4.0 KiB',
    '  code         200  512 bytes',
    '',
    'Scope',
    '  - / a<U+001B>[31m / -  900  2.0 KiB',
    '  none                   200  2.0 KiB',
  ])
  expect(lines[9]).toBe('  and 1 other scope')
})
