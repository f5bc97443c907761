import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  NO_OBJECT_SERVER,
  OBJECT_SERVER_KEYS,
  startObjectServer,
} from '../src/adapters/objects/testing/object-server.ts'
import { HttpCaller } from './http-caller.ts'
import { ServerProcess } from './server-process.ts'

const TEST_MS_MAX = 180_000
const MARKER = 'zymurgbucket'
const root = mkdtempSync(join(tmpdir(), 'cascade-archive-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Created {
  readonly id: string
}
interface Found {
  readonly hits: readonly { readonly capsule: Created & { readonly content: string }; readonly score: number }[]
}

test('a real server moves capsules into a real bucket, brings them back over a restart, and erases there', {
  timeout: TEST_MS_MAX,
}, async (context) => {
  if (NO_OBJECT_SERVER !== undefined) context.skip(NO_OBJECT_SERVER)
  await using objects = await startObjectServer()
  const bucket = objects.makeBucket()
  const secretFile = join(root, 'secret')
  writeFileSync(secretFile, `${OBJECT_SERVER_KEYS.secretKey}\n`)
  const env = {
    CASCADE_ARCHIVE_S3_ENDPOINT: objects.endpoint,
    CASCADE_ARCHIVE_S3_BUCKET: bucket,
    CASCADE_ARCHIVE_S3_ACCESS_KEY: OBJECT_SERVER_KEYS.accessKey,
    CASCADE_ARCHIVE_S3_SECRET_KEY_FILE: secretFile,
  }
  const dataDir = join(root, 'data')
  // The server keeps what is on its way in a folder of its own.
  const files = () => readdirSync(objects.folderOf(bucket)).filter((name) => !name.startsWith('.'))
  const ids: string[] = []
  let before: Found['hits'] = []
  {
    await using server = new ServerProcess({ dataDir, env })
    using caller = new HttpCaller(await server.ready())
    const search = async () => (await caller.call<Found>('GET', `/v2/capsules/search?q=${MARKER}`)).body.hits
    for (const content of ['one', 'two', 'three']) {
      const body = { type: 'knowledge', content: `${MARKER} ${content}`, lane: 'l' }
      ids.push((await caller.call<Created>('POST', '/v2/capsules', body)).body.id)
    }
    before = await search()
    expect(before).toHaveLength(3)
    const moved = await caller.call<{ segments: { place: string }[] }>('POST', '/v2/archive', { ids })
    expect([moved.status, moved.body.segments[0]?.place]).toEqual([200, `${objects.endpoint}/${bucket}/`])
    expect([await search(), files().length]).toEqual([[], 2])
    for (const file of files())
      expect(readFileSync(join(objects.folderOf(bucket), file), 'latin1')).not.toContain(MARKER)
    await server.stop()
    expect(server.log).not.toContain(OBJECT_SERVER_KEYS.secretKey)
  }
  await using server = new ServerProcess({ dataDir, env })
  using caller = new HttpCaller(await server.ready())
  expect((await caller.call<{ ok: boolean }>('POST', '/v2/archive/verify', {})).body.ok).toBe(true)
  const erased = await caller.call<{ places: { place: string; outcome: string }[] }>(
    'POST',
    `/v2/capsules/${ids[2]}/erase`,
    { legal_basis: 'gdpr-17' },
  )
  expect(erased.body.places.filter(({ place }) => place.startsWith('archives: '))).toMatchObject([
    { outcome: 'rewritten' },
  ])
  expect(files().filter((name) => name.endsWith('.2.segment'))).toHaveLength(1)
  const back = await caller.call<{ capsules: number }>('POST', '/v2/archive/restore', { ids: ids.slice(0, 2) })
  expect([back.status, back.body.capsules]).toEqual([200, 2])
  const after = (await caller.call<Found>('GET', `/v2/capsules/search?q=${MARKER}`)).body.hits
  const contents = (hits: Found['hits']) => hits.map(({ capsule }) => [capsule.id, capsule.content]).toSorted()
  expect(contents(after)).toEqual(contents(before.filter(({ capsule }) => capsule.id !== ids[2])))
})
