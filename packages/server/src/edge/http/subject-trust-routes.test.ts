import { expect, test } from 'vitest'
import { TrustEngine } from '#governance'
import { openHttpWorld } from './testing.ts'

test.for([
  { name: 'a name that nobody has', id: 'nobody' },
  { name: 'an id that nobody has', id: '01900000-0000-7000-8000-00000000ffff' },
  { name: 'a hostile one', id: '..%2f..%2fetc' },
])('the trust of $name is not found', async ({ id }) => {
  await using http = await openHttpWorld()
  expect((await http.send('GET', `/v2/subjects/${id}/trust`)).json()).toMatchObject({ code: 'NOT_FOUND' })
})

test('nobody without a token, and no member, is told', async () => {
  await using http = await openHttpWorld()
  const url = '/v2/subjects/administrator/trust'
  const stranger = await http.send('GET', url, { headers: { authorization: undefined } })
  const member = await http.send('GET', url, { headers: { authorization: `Bearer ${http.memberToken}` } })
  expect([stranger.statusCode, member.statusCode]).toEqual([401, 403])
})

test('it is told by id and by name, with each piece of evidence', async () => {
  await using http = await openHttpWorld()
  const { context, administrator, call } = http.world
  const { id } = await context.subjects.resolveOrRegister('ada', call('capsule.create').grantSubject)
  const given = (await http.send('GET', '/v2/subjects/ada/trust')).json()
  expect(given).toMatchObject({ id, trust: 60, history: [], explanation: expect.stringContaining('no evidence yet') })
  const engine = new TrustEngine({ ...context, forget: (one) => context.subjects.forget(one) })
  for (let failure = 0; failure < 3; failure++)
    await engine.record(call('trust.change'), { subject: id, kind: 'failure', by: administrator, note: 'it broke' })
  const told = (await http.send('GET', `/v2/subjects/${id}/trust`)).json()
  expect(told).toMatchObject({ name: 'ada', trust: 0, trust_level: 'QUARANTINE', quarantined: true, failures: 3 })
  expect(told.history[0]).toMatchObject({
    reason: 'three_failures_in_a_row',
    by_name: 'administrator',
    note: 'it broke',
  })
})
