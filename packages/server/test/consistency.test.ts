import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SearchAnswer } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { campaign } from '../src/platform/store/testing.ts'
import { HttpCaller } from './http-caller.ts'
import { noteCampaign } from './note-campaign.ts'
import { type ServerAddress, ServerProcess } from './server-process.ts'

const TRIES = campaign(40, 3000)
const TEST_MS_MAX = campaign(120_000, 1_800_000)
const SEARCHERS = 4

interface Created {
  readonly id: string
}

const folder = mkdtempSync(join(tmpdir(), 'cascade-consistency-'))
let server: ServerProcess
let address: ServerAddress

beforeAll(async () => {
  server = new ServerProcess({ dataDir: folder })
  address = await server.ready()
}, TEST_MS_MAX)
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** Words that nothing else holds. */
const wordsOf = (mark: string, at: number): string => `${mark}${at.toString(36)}x unheard of word`

const isFound = ({ hits }: SearchAnswer, id: string): boolean => hits.some(({ capsule }) => capsule.id === id)

const searchPath = (words: string): string => `/v2/capsules/search?q=${encodeURIComponent(words)}`

async function create(caller: HttpCaller, content: string): Promise<string> {
  const { status, body } = await caller.call<Created>('POST', '/v2/capsules', { content, type: 'knowledge' })
  expect(status).toBe(201)
  return body.id
}

describe('a server and its clients on different connections', () => {
  test(`what was acknowledged is found at once by others, ${TRIES} times`, { timeout: TEST_MS_MAX }, async () => {
    using writer = new HttpCaller(address)
    using reader = new HttpCaller(address)
    const startedAt = performance.now()
    const missed: string[] = []
    for (let at = 0; at < TRIES; at++) {
      const words = wordsOf('new', at)
      const id = await create(writer, words)
      const { body } = await reader.call<SearchAnswer>('GET', searchPath(words))
      const read = await reader.call<Created>('GET', `/v2/capsules/${id}`)
      if (!isFound(body, id) || read.status !== 200) missed.push(id)
    }
    expect(missed).toEqual([])
    noteCampaign('read-your-writes over HTTP', { runs: TRIES, checks: TRIES * 2, ms: performance.now() - startedAt })
  })

  test(`a capsule whose trust was lowered is in no search that began after, ${TRIES} times`, {
    timeout: TEST_MS_MAX,
  }, async () => {
    using writer = new HttpCaller(address)
    const searchers = Array.from({ length: SEARCHERS }, () => new HttpCaller(address))
    const startedAt = performance.now()
    const leaks: string[] = []
    let lowered: string | undefined
    let words = ''
    let checks = 0
    let isOver = false
    const search = async (caller: HttpCaller): Promise<void> => {
      while (!isOver) {
        const forbidden = lowered
        const { body } = await caller.call<SearchAnswer>('GET', searchPath(words || 'unheard'))
        checks += 1
        if (forbidden !== undefined && isFound(body, forbidden)) leaks.push(forbidden)
      }
    }
    const searching = searchers.map(search)
    try {
      for (let at = 0; at < TRIES; at++) {
        const next = wordsOf('low', at)
        const id = await create(writer, next)
        words = next
        const { status } = await writer.call('PUT', `/v2/capsules/${id}/trust`, { trust: 10, reason: 'retracted' })
        expect(status).toBe(200)
        lowered = id
        const { body } = await writer.call<SearchAnswer>('GET', searchPath(next))
        if (isFound(body, id)) leaks.push(id)
      }
    } finally {
      isOver = true
      await Promise.all(searching)
      for (const caller of searchers) caller[Symbol.dispose]()
    }
    expect(leaks).toEqual([])
    expect(checks).toBeGreaterThan(TRIES)
    noteCampaign('trust lowered under searches over HTTP', { runs: TRIES, checks, ms: performance.now() - startedAt })
  })
})
