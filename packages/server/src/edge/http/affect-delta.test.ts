import { RISK_WEIGHTS } from '@forge-cascade/contract/vocabulary'
import { expect, test } from 'vitest'
import { AffectDeltas, Guardian, MemoryDrift } from '#governance'
import { openHttpWorld } from './testing.ts'

async function open() {
  const clock = () => 0
  const [affect, drift] = [new AffectDeltas(clock), new MemoryDrift()]
  const providers = [affect.provider(), drift.provider(clock)]
  const guardian = new Guardian({ clock, weights: () => RISK_WEIGHTS, providers })
  const http = await openHttpWorld({ recorded: { guardian }, app: { affect } })
  const metrics = async () => {
    const body = { action: 'capsule.create', resource: '*' }
    return (await http.send('POST', '/v2/governance/decisions:preview', { body })).json().metrics
  }
  const tell = (delta: string) => http.send('GET', '/v2/me', { headers: { 'cascade-affect-delta': delta } })
  return { http, metrics, tell }
}

test('a change of affect raises the risk of whoever told it, and a smaller one takes nothing from it', async () => {
  const { http, metrics, tell } = await open()
  await using _ = http
  const before = await metrics()
  expect(before.drift).toBe(0)
  expect((await tell('-0.8')).statusCode).toBe(200)
  const after = await metrics()
  expect(after.risk).toBeGreaterThan(before.risk)
  await tell('0')
  expect((await metrics()).risk).toBe(after.risk)
})

test('what is no number of -1 to 1 is refused and raises nothing, and a stranger tells nothing', async () => {
  const { http, metrics, tell } = await open()
  await using _ = http
  const before = await metrics()
  const refused = await tell('2')
  expect([refused.statusCode, refused.json()]).toMatchObject([
    400,
    { errors: [{ pointer: '#/header/cascade-affect-delta' }] },
  ])
  const headers = { authorization: 'Bearer nobody', 'cascade-affect-delta': '1' }
  expect((await http.send('GET', '/v2/me', { headers })).statusCode).toBe(401)
  expect(await metrics()).toMatchObject({ risk: before.risk })
})
