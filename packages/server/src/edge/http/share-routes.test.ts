import { describe, expect, test } from 'vitest'
import { sha256Hex } from '#base'
import { openForAll, registerMember } from './testing/readers.ts'
import type { HttpWorld } from './testing.ts'

const ABSENT = '01939b3e-0000-7000-8000-00000000dead'

/** A world with a capsule of Alice's, in which the member asks by `ask`. */
async function open() {
  const http = await openForAll()
  await registerMember(http)
  const { id } = await http.world.add({ content: 'The seal sleeps.', title: 'Seal', owner: 'alice', lane: 'zoo' })
  const ask: HttpWorld['send'] = (method, url, more) =>
    http.send(method, url, { ...more, headers: { authorization: `Bearer ${http.memberToken}` } })
  const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).statusCode
  const share = async (body: object, of = id) => (await http.send('POST', `/v2/capsules/${of}/shares`, { body })).json()
  return { http, id, ask, status, share, url: `/v2/capsules/${id}` }
}

describe('a share', () => {
  test('opens a capsule at once, says so in its list, and ends at once', async () => {
    const { http, url, status, share } = await open()
    expect(await status('GET', url)).toBe(404)
    const given = await share({ with: 'MALLORY' })
    expect(given).toMatchObject({ with: http.member.id, with_name: 'mallory', right: 'read', until: null })
    expect(await status('GET', url)).toBe(200)
    expect((await http.send('GET', `${url}/shares`)).json()).toEqual({ items: [given], next_cursor: null })
    expect((await http.send('DELETE', `${url}/shares/${given.id}`)).statusCode).toBe(204)
    expect(await status('GET', url)).toBe(404)
    expect((await http.send('DELETE', `${url}/shares/${given.id}`)).statusCode).toBe(404)
    const { json } = await http.send('GET', '/v2/system/audit-log?limit=10')
    const told = JSON.stringify(json())
    expect(told).toContain('share.granted')
    expect(told).toContain('share.revoked')
  })

  test('ends by itself when it is said to', async () => {
    const { http, url, status, share } = await open()
    const until = new Date(http.world.time.clock() + 1000).toISOString()
    expect(await share({ with: 'mallory', until })).toMatchObject({ until })
    expect(await status('GET', url)).toBe(200)
    http.world.time.advance(1001)
    expect(await status('GET', url)).toBe(404)
    expect((await http.send('GET', `${url}/shares`)).json().items).toEqual([])
    expect(await share({ with: 'mallory', until })).toMatchObject({ code: 'UNPROCESSABLE' })
  })

  test('to read lets nobody write, fork, erase or share on; to write or fork lets do that', async () => {
    const { http, id, url, ask, status, share } = await open()
    await share({ with: 'mallory', right: 'read' })
    const headers = { 'if-match': (await ask('GET', url)).headers.etag as string }
    const put = (content: string, more: object = {}) =>
      http.send('PUT', url, {
        body: { content, ...more },
        headers: { authorization: `Bearer ${http.memberToken}`, ...headers },
      })
    const link = {
      body: { to: (await http.world.add({ content: 'Other.', licence: 'public' })).id, kind: 'RELATED_TO' },
    }
    expect((await put('Mine now.')).statusCode).toBe(403)
    expect(await status('POST', `${url}/links`, link)).toBe(403)
    expect(await status('DELETE', url)).toBe(403)
    expect(await status('POST', `${url}/fork`, { body: { reason: 'mine' } })).toBe(403)
    expect(await status('POST', `${url}/erase`, { body: { legal_basis: 'x' } })).toBe(403)
    expect(await status('POST', `${url}/shares`, { body: { with: 'bo' } })).toBe(403)
    expect(await status('GET', `${url}/shares`)).toBe(403)
    await share({ with: 'mallory', right: 'fork' })
    const child = await ask('POST', `${url}/fork`, { body: { reason: 'mine' } })
    expect(child.json()).toMatchObject({ owner: http.member.id, parents: [{ id }] })
    await share({ with: 'mallory', right: 'write' })
    for (const opening of [{ licence: 'public' }, { lane: 'mine' }, { identity: null, fold: 'x' }])
      expect((await put('Ours now.', opening)).statusCode).toBe(403)
    expect((await put('Ours now.')).json()).toMatchObject({ content: 'Ours now.', owner_name: 'alice' })
    expect(await status('POST', `${url}/erase`, { body: { legal_basis: 'x' } })).toBe(403)
  })

  test('is shared by an owner as well, given up by whom it is with, and none of the business of others', async () => {
    const { http, ask, status } = await open()
    const own = (await ask('POST', '/v2/capsules', { body: { content: 'Of the member.', type: 'knowledge' } })).json()
    await http.world.add({ content: 'Of Bo.', owner: 'bo' })
    const shares = `/v2/capsules/${own.id}/shares`
    const given = (await ask('POST', shares, { body: { with: 'bo' } })).json()
    expect(given).toMatchObject({ granted_by_name: 'mallory', with_name: 'bo' })
    expect(await status('POST', shares, { body: { with: 'nobody at all' } })).toBe(422)
    const elsewhere = (await http.send('POST', '/v2/shares', { body: { namespace: { lane: 'l' }, with: 'bo' } })).json()
    for (const id of [elsewhere.id, ABSENT]) expect(await status('DELETE', `/v2/shares/${id}`)).toBe(404)
    const mine = (await http.send('POST', '/v2/shares', { body: { namespace: { lane: 'l' }, with: 'mallory' } })).json()
    expect(await status('DELETE', `/v2/shares/${mine.id}`)).toBe(200)
    expect(await status('DELETE', `/v2/shares/${given.id}`)).toBe(200)
  })

  test('of a namespace covers what its giver owns there, now and later; of an administrator what anybody does', async () => {
    const { http, ask, url, status } = await open()
    await http.world.add({ content: 'Of Bo.', owner: 'bo' })
    const body = { namespace: { lane: 'zoo' }, with: 'bo' }
    const given = (await ask('POST', '/v2/shares', { body })).json()
    expect(given.namespace).toEqual({ owner: http.member.id, lane: 'zoo' })
    expect((await ask('GET', '/v2/shares')).json().items).toEqual([given])
    expect(await status('GET', url)).toBe(404)
    await http.send('POST', '/v2/shares', { body: { ...body, with: 'mallory' } })
    expect((await http.send('GET', '/v2/shares')).json().items).toHaveLength(2)
    expect((await ask('GET', '/v2/shares')).json().items).toEqual([given])
    expect(await status('GET', url)).toBe(200)
    const { id } = await http.world.add({ content: 'A later one.', owner: 'bo', lane: 'zoo' })
    expect(await status('GET', `/v2/capsules/${id}`)).toBe(200)
    expect(await status('POST', '/v2/shares', { body: { ...body, namespace: {} } })).toBe(400)
  })

  test('goes with its capsule, and with the subject that it is with', async () => {
    const { http, id, url, share } = await open()
    await share({ with: 'mallory' })
    const kept = await share({ with: 'alice' }, (await http.world.add({ content: 'Another.' })).id)
    const { records } = http.world.context.store
    const left = async () => (await records.list('shares', { limit: 10 })).items.map(({ key }) => key)
    await http.send('POST', `${url}/erase`, { body: { legal_basis: 'gdpr-17' } })
    expect(await left()).toEqual([kept.id])
    expect(
      (await http.send('POST', '/v2/erasures', { body: { subject: 'alice', legal_basis: 'gdpr-17' } })).statusCode,
    ).toBe(200)
    expect(await left()).toEqual([])
    expect(id).toBeDefined()
  })

  test('given again is the one that there is', async () => {
    const { http, url, share } = await open()
    const given = await share({ with: 'mallory' })
    expect(await share({ with: http.member.id })).toEqual(given)
    expect((await http.send('GET', `${url}/shares`)).json().items).toEqual([given])
  })
})

describe('a capsule that is for sale', () => {
  const TERMS = 'To be read by the buyer alone.'

  test('shows its card, and opens when these terms are accepted, as long as it is for sale', async () => {
    const { http, ask, status } = await open()
    const { id } = await http.world.add({
      ...{ content: 'The recipe.', title: 'Recipe', owner: 'alice', tags: ['secret'] },
      ...{ licence: 'for-sale', licence_terms: TERMS },
    })
    const url = `/v2/capsules/${id}`
    expect(await status('GET', url)).toBe(404)
    const terms_digest = sha256Hex(TERMS)
    const card = { id, title: 'Recipe', licence: 'for-sale', terms: TERMS, terms_digest }
    expect((await ask('GET', `${url}/card`)).json()).toEqual(card)
    expect(await status('POST', `${url}/acceptance`, { body: { terms_digest: sha256Hex('others') } })).toBe(409)
    expect(await status('GET', url)).toBe(404)
    const accepted = (await ask('POST', `${url}/acceptance`, { body: { terms_digest } })).json()
    expect(accepted).toMatchObject({ capsule: id, version: '1.0.0', terms_digest })
    expect((await ask('GET', url)).json()).toMatchObject({ content: 'The recipe.' })
    expect((await ask('GET', '/v2/capsules/search?q=recipe')).json().hits).toHaveLength(1)
    expect(await status('POST', `${url}/fork`, { body: { reason: 'mine' } })).toBe(403)
    const headers = { 'if-match': (await http.send('GET', url)).headers.etag as string }
    await http.send('PUT', url, { body: { licence: 'private' }, headers })
    for (const place of [url, `${url}/card`]) expect(await status('GET', place)).toBe(404)
    expect((await ask('GET', '/v2/capsules/search?q=recipe')).json().hits).toEqual([])
  })

  test.for(['private', 'public'] as const)(
    'one that is %s has no card, nor has one that is not there',
    async (licence) => {
      const { http, ask, status } = await open()
      const { id } = await http.world.add({ content: 'No sale.', licence, owner: 'alice' })
      const [here, nowhere] = await Promise.all([id, ABSENT].map((each) => ask('GET', `/v2/capsules/${each}/card`)))
      expect([here?.statusCode, nowhere?.statusCode]).toEqual([404, 404])
      const body = { terms_digest: sha256Hex('') }
      expect(await status('POST', `/v2/capsules/${id}/acceptance`, { body })).toBe(404)
    },
  )
})
