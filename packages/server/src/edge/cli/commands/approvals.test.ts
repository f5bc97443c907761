import { expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

const CAPSULE = '01939b40-1a2b-7c3d-8e4f-5a6b7c8d9e0f'
const APPROVAL = {
  ...{ id: '01939b41-0000-7000-8000-000000000009', state: 'waiting', action: 'capsule.archive' },
  ...{ resource: `capsule/${CAPSULE}`, requester: '01939b3e-0000-7000-8000-000000000001', requester_name: 'ada' },
  operation: { id: 'archiveCapsule', params: { id: CAPSULE }, query: {}, body: null },
  decision_id: '01939b41-0000-7000-8000-000000000008',
  ...{ version: '1.0.0', digest: 'a'.repeat(64), decided: null, outcome: null },
  reasons: [{ code: 'TRUST_TOO_LOW', message: 'The subject is trusted too little.', policy_id: null }],
  ...{ created_at: '2026-03-01T09:00:00.000Z', expires_at: '2026-03-02T09:00:00.000Z' },
}
const DECIDED = { by: '01939b3e-0000-7000-8000-000000000002', by_name: 'grace', at: '2026-03-01T10:00:00.000Z' }
const FAILED = {
  ...{ ...APPROVAL, state: 'failed', decided: { ...DECIDED, reason: null } },
  outcome: { at: '2026-03-01T10:00:00.000Z', code: 'CAPSULE_CHANGED', detail: 'The capsule was changed.', id: null },
}

test('a command whose request waits for an approval says so, with its id, and ends with 8', async () => {
  await using server = await serve(() => ({ status: 202, body: { approval: APPROVAL } }))
  const { code, out, err } = await run(['archive', CAPSULE, '--url', server.url])
  expect([code, out]).toEqual([8, ''])
  expect(err).toContain(`waits for an approval until 2026-03-02T09:00:00.000Z: ${APPROVAL.id}`)
  expect(err).toContain('approvals list --mine')
  const json = await run(['archive', CAPSULE, '--url', server.url, '--json'])
  const { decision_id } = APPROVAL
  expect([json.code, JSON.parse(json.err)]).toMatchObject([
    8,
    { code: 'APPROVAL_REQUIRED', approval: APPROVAL, decision_id },
  ])
  expect(err).toMatch(new RegExp(`decision: ${decision_id}; \`./cascade .*gate explain ${decision_id}\` tells why\n$`))
})

test('approving prints what became of it, and ends with 5 where it failed', async () => {
  await using server = await serve(() => ({ body: FAILED }))
  const { code, out } = await run(['approvals', 'approve', APPROVAL.id, '--url', server.url])
  expect(code).toBe(5)
  expect(out).toContain('(CAPSULE_CHANGED): The capsule was changed.')
  expect(server.received).toMatchObject([{ method: 'POST', body: { decision: 'approve' } }])
})

test('a rejection without a reason is refused before anything is sent', async () => {
  await using server = await serve(() => ({ body: APPROVAL }))
  expect((await run(['approvals', 'reject', APPROVAL.id, '--url', server.url])).code).toBe(2)
  expect(server.received).toEqual([])
  await run(['approvals', 'reject', APPROVAL.id, '--reason', 'Still needed', '--url', server.url])
  expect(server.received).toMatchObject([{ body: { decision: 'reject', reason: 'Still needed' } }])
})

test('a list asks for what waits, and begins with how many of whom wait', async () => {
  const groups = [{ requester: APPROVAL.requester, requester_name: 'ada', action: 'capsule.archive', waiting: 7 }]
  await using server = await serve(() => ({ body: { items: [APPROVAL], groups, next_cursor: null } }))
  const { out } = await run(['approvals', 'list', '--mine', '--url', server.url])
  expect(server.received[0]?.path).toBe('/v2/governance/approvals?state=waiting&mine=true&limit=50')
  expect(out).toMatch(/^7 waiting: capsule\.archive, asked for by ada\n01939b41-0000-7000-8000-000000000009 {2}waiting/)
})

test.for([
  {
    name: 'an operation without a body is shown with what it is about',
    approval: APPROVAL,
    line: `  archiveCapsule {"id":"${CAPSULE}"}`,
  },
  {
    name: 'one with a body is shown with that, too',
    approval: {
      ...APPROVAL,
      operation: { ...APPROVAL.operation, id: 'eraseCapsule', body: { legal_basis: 'gdpr-17' } },
    },
    line: `  eraseCapsule {"id":"${CAPSULE}"} {"legal_basis":"gdpr-17"}`,
  },
  {
    name: 'one whose words were erased says so',
    approval: { ...APPROVAL, digest: null, operation: { ...APPROVAL.operation, params: {} } },
    line: '  archiveCapsule, of which the rest was erased',
  },
])('$name', async ({ approval, line }) => {
  await using server = await serve(() => ({ body: approval }))
  const { out } = await run(['approvals', 'show', APPROVAL.id, '--url', server.url])
  expect(out.split('\n')).toContain(line)
})
