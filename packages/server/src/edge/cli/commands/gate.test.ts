import { expect, test } from 'vitest'
import { problem, run, serve } from '../testing.ts'

const DECISION = '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e'

test('a refusal ends with the id of its decision and the command that explains it, and --json has both members', async () => {
  const members = { title: 't', instance: '/x', correlation_id: 'c-1', errors: [], type: '/errors/FORBIDDEN' }
  const refused = { ...members, status: 403, code: 'FORBIDDEN', detail: 'import.read was refused.' }
  await using server = await serve(() => ({
    status: 403,
    body: { ...refused, decision_id: DECISION, reasons: ['NOT_PERMITTED'] },
  }))
  const { code, err } = await run(['import', '--list', '--url', server.url])
  expect(code).toBeGreaterThan(0)
  expect(err.trimEnd().split('\n').at(-1)).toBe(
    `  decision: ${DECISION}; \`./cascade --url ${server.url} gate explain ${DECISION}\` tells why`,
  )
  const json = await run(['import', '--list', '--url', server.url, '--json'])
  expect(JSON.parse(json.err)).toMatchObject({ decision_id: DECISION, reasons: ['NOT_PERMITTED'] })
})

test('an error that no decision made names none', async () => {
  await using server = await serve(() => problem(404, 'NOT_FOUND', 'There is none.'))
  const { err } = await run(['import', '--list', '--url', server.url])
  expect(err).not.toContain('decision')
})

test.for([
  [
    'capsule.archive on capsule/01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 was refused.',
    ['NOT_PERMITTED'],
    /owner of the capsule/,
  ],
  ['system.backup was refused.', ['NOT_PERMITTED'], /^ {2}fix: Ask an administrator\.$/m],
  ['capsule.archive on capsule/1 was refused.', ['OUT_OF_SCOPE'], /scopes of this token/],
] as const)(
  'what to do about a refusal is told by what it was about and why: %s %j',
  async ([detail, reasons, fix]) => {
    const members = { type: '/errors/FORBIDDEN', title: 't', instance: '/x', correlation_id: 'c-1', errors: [] }
    const body = { ...members, status: 403, code: 'FORBIDDEN', detail, reasons, decision_id: DECISION }
    await using server = await serve(() => ({ status: 403, body }))
    const { err } = await run(['stats', '--url', server.url])
    expect(err).toMatch(fix)
  },
)

test('a preview of what would be created says its lane, and what else was said of it', async () => {
  await using server = await serve(() => problem(403, 'FORBIDDEN', 'no'))
  const preview = (...more: string[]) => run(['gate', 'preview', 'capsule.create', ...more, '--url', server.url])
  await preview('--lane', 'payroll', '--capsule', '{"type":"decision"}', '--approved')
  expect(server.received[0]?.body).toMatchObject({
    action: 'capsule.create',
    context: { approved: true, capsule: { lane: 'payroll', type: 'decision' } },
  })
  for (const wrong of ['[]', '{', '{"colour":"red"}']) expect((await preview('--capsule', wrong)).code).toBe(2)
  expect(server.received).toHaveLength(1)
})
