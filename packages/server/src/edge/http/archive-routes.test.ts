import { ARCHIVE_LIMITS, ROUTES } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const ABSENT = '01900000-0000-7000-8000-00000000ffff'
let http: HttpWorld

beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

const post = (path: string, body: object) => http.send('POST', `/v2/archive${path}`, { body })
const read = async (url: string) => JSON.parse((await http.send('GET', url)).body)

describe('who may', () => {
  test.for(ROUTES.filter(({ tag }) => tag === 'Archive'))(
    '$id asks for a token, and lets no member through',
    async ({ method, path, body }) => {
      const url = path.replace('{id}', ABSENT)
      const sending = body ? { body: body.example } : {}
      const stranger = await http.send(method, url, { ...sending, headers: { authorization: undefined } })
      expect(stranger.statusCode).toBe(401)
      const headers = { authorization: `Bearer ${http.memberToken}` }
      expect((await http.send(method, url, { ...sending, headers })).statusCode).toBe(403)
    },
  )
})

describe('what is refused', () => {
  test.for([
    { name: 'that names nothing', path: '', body: {} },
    { name: 'of two kinds', path: '', body: { ids: [ABSENT], due: true } },
    { name: 'with a scope beside ids', path: '', body: { ids: [ABSENT], lane: 'chat' } },
    { name: 'of no capsule', path: '', body: { ids: [] } },
    { name: 'of too many capsules', path: '', body: { ids: Array(ARCHIVE_LIMITS.idsMax + 1).fill(ABSENT) } },
    { name: 'of what will be', path: '', body: { older_than_days: -1 } },
    { name: 'of more days than there are', path: '', body: { older_than_days: ARCHIVE_LIMITS.daysMax + 1 } },
    { name: 'that is not due', path: '', body: { due: false } },
    { name: 'with a path in it', path: '', body: { ids: ['../../etc/passwd'] } },
    { name: 'with an unknown member', path: '', body: { ids: [ABSENT], place: '/tmp' } },
    { name: 'back of nothing', path: '/restore', body: {} },
    { name: 'back of both', path: '/restore', body: { ids: [ABSENT], segment: ABSENT } },
  ])('a move $name', async ({ path, body }) => {
    const head = http.world.context.store.head()
    expect((await post(path, body)).statusCode).toBe(400)
    expect(http.world.context.store.head()).toBe(head)
  })

  test('what is not there, and a forged cursor', async () => {
    expect((await post('/restore', { segment: ABSENT })).statusCode).toBe(404)
    expect((await post('/restore', { ids: [ABSENT] })).statusCode).toBe(404)
    expect((await post('/verify', { segment: ABSENT })).statusCode).toBe(404)
    expect((await http.send('GET', `/v2/archive/${ABSENT}`)).statusCode).toBe(404)
    expect(await read('/v2/archive?cursor=forged')).toMatchObject({ code: 'CURSOR_INVALID' })
  })
})

test('a capsule moves away, is said to be away, is whole there, and comes back', async () => {
  const { id } = await http.world.add({ content: 'kept for ever', title: 'Kept', lane: 'l' })
  const dry = (await post('', { ids: [id], dry_run: true })).json()
  expect(dry).toMatchObject({ dry_run: true, segments: [], capsules: 1, versions: 1, refused: [], more: false })
  expect((await http.send('GET', `/v2/capsules/${id}`)).statusCode).toBe(200)

  const moved = (await post('', { ids: [id, ABSENT] })).json()
  expect(moved).toMatchObject({ capsules: 1, refused: [{ id: ABSENT, code: 'NOT_FOUND' }] })
  const [segment] = moved.segments
  expect(segment).toMatchObject({ state: 'stored', reason: 'asked', away: 1, generation: 1 })
  const away = await http.send('GET', `/v2/capsules/${id}`)
  expect([away.statusCode, away.json()]).toMatchObject([409, { code: 'IN_ARCHIVE', segment: segment.id }])
  expect((await read('/v2/capsules?lane=l&status=ARCHIVED')).items).toMatchObject([
    { id, title: 'Kept', content: '', archived_in: segment.id },
  ])
  expect((await http.send('GET', `/v2/capsules/${id}/versions`)).statusCode).toBe(200)
  expect((await post('/verify', {})).json()).toMatchObject({ ok: true, segments: [{ segment: segment.id, ok: true }] })
  expect((await read('/v2/archive')).items).toEqual([segment])

  const back = { capsules: 1, chunks: 0, versions: 1, here: [] }
  expect((await post('/restore', { segment: segment.id })).json()).toEqual(back)
  expect((await post('/restore', { ids: [id] })).json()).toEqual({ ...back, capsules: 0, versions: 0, here: [id] })
  expect(await read(`/v2/capsules/${id}`)).toMatchObject({
    content: 'kept for ever',
    status: 'ACTIVE',
    archived_in: null,
  })
  expect(await read(`/v2/archive/${segment.id}`)).toEqual({ ...segment, away: 0 })
})

test('by age and scope, and what is due where nothing is configured: nothing', async () => {
  const { id } = await http.world.add({ content: 'in the scope', lane: 'aged' })
  await http.world.add({ content: 'out of the scope', lane: 'other' })
  http.world.time.advance(3 * 24 * 60 * 60 * 1000)
  expect((await post('', { due: true })).json()).toMatchObject({ capsules: 0, segments: [] })
  expect((await post('', { older_than_days: 4, lane: 'aged', dry_run: true })).json()).toMatchObject({ capsules: 0 })
  expect((await post('', { older_than_days: 2, lane: 'aged' })).json()).toMatchObject({ capsules: 1, refused: [] })
  expect((await http.send('GET', `/v2/capsules/${id}`)).statusCode).toBe(409)
})
