import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { describeObjectStore } from '../../platform/archive/object-store.contract.ts'
import { codeOf } from '../../platform/store/testing.ts'
import { BUCKET_ATTEMPTS_MAX, BucketObjects, type BucketOptions } from './bucket-objects.ts'
import { NO_OBJECT_SERVER, OBJECT_SERVER_KEYS, type ObjectServer, startObjectServer } from './testing/object-server.ts'

const OPTIONS = {
  ...{ prefix: '', region: 'us-east-1', pathStyle: true, timeoutMs: 10_000, clock: systemClock },
  ...{ ...OBJECT_SERVER_KEYS, sleep: async () => undefined },
} as const

const BYTES = Uint8Array.of(1, 2, 3)

describe.skipIf(NO_OBJECT_SERVER)(`a real server (${NO_OBJECT_SERVER ?? 'versitygw'})`, () => {
  let server: ObjectServer
  beforeAll(async () => {
    server = await startObjectServer()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  const open = (more: Partial<BucketOptions> = {}) =>
    new BucketObjects({ ...OPTIONS, endpoint: server.endpoint, bucket: server.makeBucket(), ...more })

  describeObjectStore('a bucket', async () => open())
  describeObjectStore('a bucket with a prefix', async () => open({ prefix: 'cascade/archive/' }))

  test('a prefix keeps two apart, and what others put there is none of ours', async () => {
    const bucket = server.makeBucket()
    const [one, two] = ['one/', 'two/'].map((prefix) => open({ bucket, prefix }))
    await one?.put('object', BYTES)
    await open({ bucket, prefix: 'one/deeper/' }).put('object', BYTES)
    expect([await one?.list(), await two?.list()]).toEqual([['object'], []])
    expect(await two?.get('object')).toBeUndefined()
  })

  test('more names than a page has are listed', { timeout: 60_000 }, async () => {
    const store = open()
    const names = Array.from({ length: 1005 }, (_, index) => `object-${String(index).padStart(4, '0')}`)
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((name) => store.put(name, BYTES)))
    expect(await store.list()).toEqual(names)
  })

  test.for([
    { name: 'another secret', more: { secretKey: 'another' } },
    { name: 'a name that nobody has', more: { accessKey: 'nobody' } },
    { name: 'a bucket that is not there', more: { bucket: 'absent' } },
    { name: 'a clock that is a day off', more: { clock: () => Date.now() - 86_400_000 } },
  ])('with $name nothing is found to be absent, and no secret is told', async ({ more }) => {
    const store = open(more)
    const attempts = [() => store.put('object', BYTES), () => store.get('object'), () => store.list()]
    for (const attempt of attempts) expect(await codeOf(attempt)).toBe('UNAVAILABLE')
    await expect(store.get('object')).rejects.not.toThrow(/secret|another|Signature=/)
  })
})

describe('a server that misbehaves', () => {
  type Answer = { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  let answers: Answer[] = []
  const seen: { readonly method: string; readonly headers: Record<string, unknown>; readonly url: string }[] = []
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', headers: request.headers, url: request.url ?? '' })
    const { status, body = '', headers } = answers.shift() ?? { status: 500 }
    request.resume().on('end', () => response.writeHead(status, headers).end(body))
  })
  let endpoint = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())
  const open = (...told: Answer[]) => {
    answers = told
    seen.length = 0
    return new BucketObjects({ ...OPTIONS, endpoint, bucket: 'bucket' })
  }

  test('is asked again while it is busy, a bounded number of times', async () => {
    const store = open({ status: 503 }, { status: 500 }, { status: 429 }, { status: 200, body: 'here' })
    expect(Buffer.from((await store.get('object')) ?? []).toString()).toBe('here')
    const busy = open()
    expect(await codeOf(() => busy.get('object'))).toBe('UNAVAILABLE')
    expect(seen).toHaveLength(BUCKET_ATTEMPTS_MAX)
  })

  test('leads nowhere else', async () => {
    const moved = { status: 307, headers: { location: 'http://169.254.169.254/latest/meta-data/' } }
    const store = open(...Array<Answer>(BUCKET_ATTEMPTS_MAX).fill(moved))
    expect(await codeOf(() => store.get('object'))).toBe('UNAVAILABLE')
    expect(seen.every(({ url }) => url === '/bucket/object')).toBe(true)
  })

  test('is not believed that an object is absent where it is the bucket', async () => {
    const body = '<Error><Code>NoSuchBucket</Code></Error>'
    expect(await codeOf(() => open({ status: 404, body }).get('object'))).toBe('UNAVAILABLE')
    expect(await codeOf(() => open({ status: 404, body: 'a page of a proxy' }).delete('object'))).toBe('UNAVAILABLE')
  })

  test('is not listed for ever where its list leads back to itself', async () => {
    const page = { status: 200, body: '<NextContinuationToken>again</NextContinuationToken>' }
    expect(await codeOf(() => open(page, page, page).list())).toBe('UNAVAILABLE')
    expect(seen).toHaveLength(2)
  })

  test('gets no secret, and a digest of each body', async () => {
    await open({ status: 200 }).put('object', BYTES)
    expect(JSON.stringify(seen)).not.toContain(OBJECT_SERVER_KEYS.secretKey)
    expect(seen[0]?.headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/)
  })

  test('that is not there is told of by the name of its trouble', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    await once(gone, 'close')
    const store = new BucketObjects({ ...OPTIONS, endpoint: `http://127.0.0.1:${port}`, bucket: 'bucket' })
    await expect(store.get('object')).rejects.toMatchObject({ detail: expect.stringContaining('ECONNREFUSED') })
  })
})
