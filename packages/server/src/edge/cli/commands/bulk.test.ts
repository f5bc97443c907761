import { BULK_LIMITS } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { CAPSULE, problem, type Reply, run, serve } from '../testing.ts'

const OTHER = '01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72'
const TOKEN = '01939b42-3c4d-7e5f-8061-7c8d9e0f1a2b'
const PREVIEW = {
  token: TOKEN,
  operation: 'erase',
  count: 12,
  sample: [{ id: CAPSULE.id, version: '1.0.0', title: 'two\nlines \u001b[31m', status: 'ARCHIVED' }],
  held: 2,
  expires_at: '2026-03-14T21:00:00.000Z',
}
const RECEIPT = {
  ...{ command_id: 'a'.repeat(32), outcome: 'updated', id: CAPSULE.id, version: '1.0.1', sequence: 7 },
  near_duplicates: [],
}
const line = (value: object): string => `${JSON.stringify(value)}\n`
const CHANGED = line({ line: 1, id: CAPSULE.id, receipt: RECEIPT })
const LEFT = line({ line: 2, id: OTHER, problem: { code: 'LEGAL_HOLD', detail: 'held, case 4711' } })
const END = line({ end: { changed: 1, unchanged: 0, failed: 1, erasure: null } })

const ndjson = (text: string): Reply => ({ text, type: 'application/x-ndjson' })

async function bulk(argv: readonly string[], lines: Reply, stdin = '') {
  await using server = await serve(({ path }) => (path === '/v2/capsules/bulk' ? { body: PREVIEW } : lines))
  const ran = await run(['bulk', ...argv, '--url', server.url], { stdin })
  return { ...ran, received: server.received }
}

describe('a command line that is wrong asks for nothing', () => {
  test.for([
    { name: 'neither ids nor a filter', argv: ['archive'] },
    { name: 'ids and a filter', argv: ['archive', CAPSULE.id, '--lane', 'l'] },
    { name: 'an id that is none', argv: ['archive', 'abc'] },
    { name: 'a version behind an id', argv: ['archive', `${CAPSULE.id}@1.0.0`] },
    { name: 'no tag to add or remove', argv: ['tag', CAPSULE.id] },
    { name: 'a tag that comes and goes', argv: ['tag', CAPSULE.id, '--add', 't', '--remove', 't'] },
    { name: 'no ground for an erasure', argv: ['erase', CAPSULE.id] },
    { name: 'a sentence as the ground', argv: ['erase', CAPSULE.id, '--reason', 'Grace asked for it, see her mail'] },
    { name: 'a token that is none', argv: ['run', '../../etc'] },
    { name: 'no ids in what is read', argv: ['archive', '-'] },
  ])('with $name', async ({ argv }) => {
    const { code, out, received } = await bulk(argv, ndjson(''))
    expect([code, out, received]).toEqual([2, '', []])
  })

  test.for([
    { argv: ['archive', '--min-trust', '200'], option: '--min-trust' },
    { argv: ['archive', '--identity', ''], option: '--identity' },
    { argv: ['erase', CAPSULE.id, '--reason', 'Grace asked for it, see her mail'], option: '--reason' },
  ])('and names $option, where the mistake is', async ({ argv, option }) => {
    const { err } = await bulk(argv, ndjson(''))
    expect(err).toContain(option)
  })

  test('with more text than ids take', async () => {
    const { code, err } = await bulk(['archive', '-'], ndjson(''), 'x'.repeat(BULK_LIMITS.idsMax * 64 + 1))
    expect([code, err]).toEqual([2, expect.stringContaining('filter')])
  })
})

test('without --yes it shows what would be done, what a hold keeps, and how to do just that', async () => {
  const { code, out, received } = await bulk(['erase', '--lane', 'l', '--reason', 'gdpr-17'], ndjson(''))
  expect(code).toBe(0)
  expect(out.split('\n')).toEqual([
    'Would erase 12 capsules. Nothing was changed.',
    expect.stringMatching(new RegExp(`^ {2}${CAPSULE.id} {2}1\\.0\\.0 {2}ARCHIVED {2}two lines [^\\u001b]*$`)),
    '  and 11 more',
    expect.stringMatching(new RegExp(`^To do just this, until 2026-03-14 21:00 UTC: \\./cascade .*bulk run ${TOKEN}$`)),
    'A legal hold keeps 2 of them: they stay as they are.',
    'Nothing undoes it.',
    '',
  ])
  expect(received.map(({ path, body }) => [path, body])).toEqual([
    ['/v2/capsules/bulk', { operation: 'erase', filter: { lane: 'l' }, legal_basis: 'gdpr-17' }],
  ])
})

test('ids are read from standard input, and with --yes it is done at once', async () => {
  const ids = `${CAPSULE.id}\n\n${OTHER.toUpperCase()}\n`
  const { code, out, received } = await bulk(['archive', '-', '--yes'], ndjson(CHANGED + LEFT + END), ids)
  expect(received.map(({ path, body }) => [path, body])).toEqual([
    ['/v2/capsules/bulk', { operation: 'archive', ids: [CAPSULE.id, OTHER] }],
    [`/v2/capsules/bulk/${TOKEN}`, undefined],
  ])
  expect(code).toBe(5)
  expect(out.split('\n')).toEqual([
    'Changed 1 capsule.',
    'Left as they are: 1 capsule',
    `  ${OTHER}  held, case 4711 (LEGAL_HOLD)`,
    '',
  ])
})

test.for([
  { name: 'an answer that is cut off', reply: ndjson(CHANGED), code: 6 },
  { name: 'a store that is away', reply: ndjson(CHANGED + line({ problem: problemOf('UNAVAILABLE') })), code: 6 },
  { name: 'a line that is none', reply: ndjson('{"hello":1}\n'), code: 6 },
  { name: 'a preview that is not known any more', reply: problem(404, 'NOT_FOUND', 'There is no preview.'), code: 3 },
])('$name ends with $code', async ({ reply, code }) => {
  const ran = await bulk(['run', TOKEN], reply)
  expect([ran.code, ran.out]).toEqual([code, ''])
})

test('what was cut off is told how to go on', async () => {
  expect((await bulk(['run', TOKEN], ndjson(CHANGED))).err).toContain(`bulk run ${TOKEN}`)
})

test('--json prints the lines as they come', async () => {
  expect((await bulk(['run', TOKEN, '--json'], ndjson(CHANGED + LEFT + END))).out).toBe(CHANGED + LEFT + END)
})

function problemOf(code: string): object {
  return { code, detail: 'The store is closed.' }
}
