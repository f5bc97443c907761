import { expect, test } from 'vitest'
import { CAPSULE, problem, run, serve } from '../testing.ts'

const idOf = (n: number): string => `01939b3e-9c02-7a41-b7d3-00000000000${n}`
const PLAN = {
  ...{ id: null, state: 'planned', begun_at: null, completed_at: null, sequence: null },
  target: { kind: 'subject', capsule: null, subject_digest: null, subject_key: null },
  ...{ legal_basis: 'gdpr-17', requested_by: idOf(8), capsules: 1, chunks: 0, versions: 3 },
  ...{ capsule_ids: [idOf(1)], stays: [], holds: [], places: [], outside: [] },
  ...{ certificate: null, certificate_sha256: null },
}
const CHUNK = { part_of: { id: idOf(1), place: 'a', index: 0 }, title: 'a part' }

/** Capsules by the last figure of their ids, as a dry run finds them. */
const CAPSULES: Readonly<Record<string, object>> = {
  1: { title: 'two\nlines \u001b[31m' },
  2: { title: null },
  4: CHUNK,
}

async function plan(found: object, more: readonly string[] = []) {
  await using server = await serve(({ method, path }) => {
    if (method === 'POST') return { body: { ...PLAN, ...found } }
    const [id = ''] = path.split('/').slice(-1)
    const known = CAPSULES[id.slice(-1)]
    return known ? { body: { ...CAPSULE, id, ...known } } : problem(503, 'UNAVAILABLE', 'its archive is away')
  })
  const ran = await run(['erase', '--subject', 'grace', '--reason', 'gdpr-17', ...more, '--url', server.url])
  return { ...ran, reads: server.received.filter(({ method }) => method === 'GET').length }
}

test('without --yes it names the first that would go by their titles, and says that nothing else was made of them', async () => {
  const { code, out } = await plan({ capsules: 12, chunks: 1, capsule_ids: [1, 2, 3, 4].map(idOf) })
  expect(code).toBe(0)
  expect(out.split('\n')).toEqual([
    'Would erase 12 capsules, 1 chunk, 3 versions. Nothing was erased.',
    expect.stringMatching(new RegExp(`^ {2}${idOf(1)} {2}two lines [^\\u001b]*$`)),
    `  ${idOf(2)}  (without a title)`,
    `  ${idOf(3)}  (cannot be read now)`,
    '  and 9 more',
    'No capsule by others was made of it.',
    'To do it: the same command with --yes. Nothing undoes it.',
    '',
  ])
})

test('what would stay is named, and a hold that forbids it beside what it keeps', async () => {
  const stays = [{ id: idOf(7), derived_from: idOf(1), owner: idOf(8) }]
  expect((await plan({ stays })).out).toContain('1 capsule made of it by others stays:')
  const held = await plan({ holds: [idOf(9)] })
  expect([held.code, held.out]).toEqual([5, expect.stringMatching(/two lines.*\n.*A legal hold forbids it/)])
})

test('at most five are asked for, and none for a script', async () => {
  const many = { capsules: 9, capsule_ids: [1, 1, 1, 1, 1, 1, 1].map(idOf) }
  expect((await plan(many)).reads).toBe(5)
  expect((await plan(many, ['--json'])).reads).toBe(0)
})
