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
  expect(err.trimEnd().split('\n').at(-1)).toBe(`  decision: ${DECISION}; \`gate explain ${DECISION}\` tells why`)
  const json = await run(['import', '--list', '--url', server.url, '--json'])
  expect(JSON.parse(json.err)).toMatchObject({ decision_id: DECISION, reasons: ['NOT_PERMITTED'] })
})

test('an error that no decision made names none', async () => {
  await using server = await serve(() => problem(404, 'NOT_FOUND', 'There is none.'))
  const { err } = await run(['import', '--list', '--url', server.url])
  expect(err).not.toContain('decision')
})
