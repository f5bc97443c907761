import { expect, test } from 'vitest'
import { openHttpWorld } from './testing.ts'

test('an instance that serves others keeps its folder, whoever asks', async () => {
  await using world = await openHttpWorld()
  const asked = await world.send('POST', '/v2/system/handover')
  expect([asked.statusCode, asked.json().code]).toEqual([409, 'CONFLICT'])
  for (const headers of [{ authorization: undefined }, { authorization: `Bearer ${world.memberToken}` }])
    expect([401, 403]).toContain((await world.send('POST', '/v2/system/handover', { headers })).statusCode)
})

test('an instance that is lent gives its folder to whoever may ask', async () => {
  let given = 0
  await using world = await openHttpWorld({
    context: (context) => ({ ...context, system: { ...context.system, handOver: () => void given++ } }),
  })
  const stranger = { headers: { authorization: `Bearer ${world.memberToken}` } }
  expect((await world.send('POST', '/v2/system/handover', stranger)).statusCode).toBe(403)
  expect(given).toBe(0)
  expect((await world.send('POST', '/v2/system/handover')).statusCode).toBe(202)
  expect(given).toBe(1)
})
