import { ROUTES } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { tokenDigest } from '#identity'
import { asking } from '../../domain/governance/testing.ts'
import { FAILED_SIGN_INS } from './admission.ts'
import { openHttpWorld } from './testing.ts'

const GOVERNED = ROUTES.filter(({ access }) => 'action' in access)
const ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const address = (path: string) =>
  path
    .replaceAll('{id}', ID)
    .replaceAll('{token}', ID)
    .replaceAll('{version}', '1.0.0')
    .replaceAll('{index}', '0')
    .replaceAll('{digest}', '0'.repeat(64))
    .replaceAll('{kind}', 'RELATED_TO')
    .replaceAll('{to}', ID)
    .replaceAll('{share}', ID)

describe('a token', () => {
  test('no governed route answers without one', async () => {
    const http = await openHttpWorld({ app: { clock: ticking() } })
    for (const { method, path } of GOVERNED) {
      const response = await http.send(method, address(path), { headers: { authorization: undefined } })
      expect([path, response.statusCode, response.headers['www-authenticate']]).toEqual([
        path,
        401,
        'Bearer realm="forge-cascade"',
      ])
      expect(response.headers['cascade-sequence']).toBeUndefined()
    }
    await http[Symbol.asyncDispose]()
  })

  test.for([
    'Bearer',
    'Bearer ',
    'Bearer x y',
    'Basic YTpi',
    'bearer wrong',
    'Bearer fc_',
    `Bearer ${'a'.repeat(5000)}`,
  ])('%j means nobody', async (authorization) => {
    const http = await openHttpWorld()
    const response = await http.send('GET', '/v2/capsules', { headers: { authorization } })
    expect([response.statusCode, response.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="forge-cascade", error="invalid_token"',
    ])
    expect(response.body).not.toContain(authorization.slice(7) || 'nothing to leak')
    await http[Symbol.asyncDispose]()
  })

  test('that is almost right means nobody', async () => {
    const http = await openHttpWorld()
    for (const token of [http.token.slice(0, -1), `${http.token}x`, http.token.toLowerCase()]) {
      expect(
        (await http.send('GET', '/v2/capsules', { headers: { authorization: `Bearer ${token}` } })).statusCode,
      ).toBe(401)
    }
    expect(
      (await http.send('GET', '/v2/capsules', { headers: { authorization: `bearer ${http.token}` } })).statusCode,
    ).toBe(200)
    await http[Symbol.asyncDispose]()
  })

  test('never reaches the log', async () => {
    const http = await openHttpWorld()
    await http.send('GET', '/v2/capsules')
    await http.send('GET', '/v2/capsules', { headers: { authorization: 'Bearer fc_not-the-one' } })
    expect(http.logged.join('')).not.toMatch(new RegExp(`${http.token}|not-the-one`))
    await http[Symbol.asyncDispose]()
  })
})

describe('the gate', () => {
  test('is asked for the action of every governed route, and what it refuses changes nothing', async () => {
    const asked: string[] = []
    const http = await openHttpWorld({
      rate: { requests_per_minute: 0, burst: 1 },
      gate: (gate) =>
        asking(gate, (request) => {
          asked.push(`${request.action} ${request.resource}`)
          return request
        }),
    })
    for (const { method, path, access } of GOVERNED) {
      const response = await http.send(method, address(path), {
        headers: { authorization: `Bearer ${http.memberToken}` },
      })
      expect([path, response.json().code]).toEqual([path, 'FORBIDDEN'])
      expect(response.json().decision_id).toMatch(/^[0-9a-f-]{36}$/)
      expect(asked.at(-1)?.split(' ')[0]).toBe('action' in access && access.action)
    }
    expect(asked).toContain(`capsule.read capsule/${ID}`)
    expect(asked).toContain(`import.read import/${ID}`)
    expect(http.world.context.store.head()).toBe(0)
    await http[Symbol.asyncDispose]()
  })

  test('denies when it breaks', async () => {
    const http = await openHttpWorld({
      gate: (gate) =>
        asking(gate, () => {
          throw new Error('the policy engine is gone')
        }),
    })
    const response = await http.send('GET', '/v2/capsules')
    expect([response.statusCode, response.json().code]).toEqual([403, 'FORBIDDEN'])
    expect(response.body).not.toContain('policy engine')
    await http[Symbol.asyncDispose]()
  })
})

describe('a budget', () => {
  test('that is spent answers 429 with the seconds to wait, and does not touch the budget of another subject', async () => {
    const http = await openHttpWorld({ rate: { requests_per_minute: 60, burst: 2 }, app: { clock: () => 1000 } })
    const first = await http.send('GET', '/v2/capsules')
    expect([first.headers['ratelimit-policy'], first.headers.ratelimit]).toEqual([
      '"subject";q=2;w=2',
      '"subject";r=1;t=1',
    ])
    await http.send('GET', '/v2/capsules')
    const third = await http.send('GET', '/v2/capsules')
    expect([third.json().code, third.headers['retry-after'], third.headers.ratelimit]).toEqual([
      'RATE_LIMITED',
      '1',
      '"subject";r=0;t=2',
    ])
    const other = await http.send('GET', '/v2/capsules', { headers: { authorization: `Bearer ${http.memberToken}` } })
    expect(other.json().code).toBe('FORBIDDEN')
    expect((await http.send('GET', '/health')).statusCode).toBe(200)
    await http[Symbol.asyncDispose]()
  })

  test('of failed sign-ins is one address’ own, and a right token passes all the same', async () => {
    const http = await openHttpWorld({ app: { clock: () => 1000 } })
    const wrong = { headers: { authorization: 'Bearer wrong' } }
    for (let count = 0; count < FAILED_SIGN_INS.burst; count++)
      expect((await http.send('GET', '/v2/capsules', wrong)).statusCode).toBe(401)
    const refused = await http.send('GET', '/v2/capsules', wrong)
    expect([refused.json().code, refused.headers['ratelimit-policy']]).toEqual(['RATE_LIMITED', '"address";q=60;w=30'])
    expect((await http.send('GET', '/v2/capsules')).statusCode).toBe(200)
    await http[Symbol.asyncDispose]()
  })
})

describe('metrics', () => {
  test('are free on loopback', async () => {
    const http = await openHttpWorld()
    const response = await http.send('GET', '/metrics', { headers: { authorization: undefined } })
    expect([response.statusCode, response.body]).toEqual([200, expect.stringContaining('cascade_http_request_seconds')])
    await http[Symbol.asyncDispose]()
  })

  test('beyond loopback are for the scrape token or a subject', async () => {
    const http = await openHttpWorld({ server: { host: '0.0.0.0' }, app: { scrapeTokenDigest: tokenDigest('scrape') } })
    const statusWith = async (authorization: string | undefined) =>
      (await http.send('GET', '/metrics', { headers: { authorization } })).statusCode
    expect(
      await Promise.all([undefined, 'Bearer wrong', 'Bearer scrape', `Bearer ${http.token}`].map(statusWith)),
    ).toEqual([401, 401, 200, 200])
    expect((await http.send('GET', '/v2/capsules', { headers: { authorization: 'Bearer scrape' } })).statusCode).toBe(
      401,
    )
    await http[Symbol.asyncDispose]()
  })

  test('name routes by their pattern, never by what was asked', async () => {
    const http = await openHttpWorld()
    await http.send('GET', `/v2/capsules/${ID}`)
    await http.send('GET', '/somewhere/private')
    const { body } = await http.send('GET', '/metrics')
    expect(body).toContain('route="/v2/capsules/:id",method="GET",status="404"')
    expect(body).not.toMatch(new RegExp(`private|${ID}`))
    await http[Symbol.asyncDispose]()
  })
})

/** A clock that gives every request its token back. */
function ticking(): () => number {
  let now = 0
  return () => (now += 60_000)
}
