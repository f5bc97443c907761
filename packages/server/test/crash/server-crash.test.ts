import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { HttpCaller } from '../http-caller.ts'
import { noteCampaign } from '../note-campaign.ts'
import { ServerProcess } from '../server-process.ts'
import { createBody, type Promised, ServerWriters, type Unanswered } from './server-writers.ts'

const KILLS = campaign(5, 50)
const CLIENTS = 16
/** A server dies between these after it was ready, or every other one after its first answer: on a busy machine that is late. */
const KILL_MS_MIN = 50
const KILL_MS_MAX = 700
const TEST_MS_MAX = campaign(240_000, 1_800_000)

const folder = mkdtempSync(join(tmpdir(), 'cascade-server-crash-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe(`a server under ${CLIENTS} writing clients is killed ${KILLS} times`, () => {
  test('what it answered is there afterwards, and what it did not answer is done once when it is asked again', {
    timeout: TEST_MS_MAX,
  }, async () => {
    const random = createSeeded(8420)
    const promised: Promised[] = []
    const startedAt = performance.now()
    for (let kill = 0; kill < KILLS; kill++) {
      const afterMs = KILL_MS_MIN + random() * (KILL_MS_MAX - KILL_MS_MIN)
      const killed = await writeAndKill(afterMs, kill % 2 === 0 ? 'answer' : 'ready')
      expect(killed.refused).toEqual([])
      promised.push(...killed.promised)
      const isLast = kill === KILLS - 1
      expect(await examine(isLast ? promised : killed.promised, killed.unanswered)).toEqual([])
    }
    expect(promised.length).toBeGreaterThan(KILLS)
    noteCampaign('kill -9 of the whole server', {
      runs: KILLS,
      checks: promised.length,
      ms: performance.now() - startedAt,
    })
  })
})

async function writeAndKill(afterMs: number, since: 'answer' | 'ready') {
  await using server = new ServerProcess({ dataDir: folder })
  const address = await server.ready()
  const writers = new ServerWriters(CLIENTS)
  const writing = writers.writeUntilKilled(address)
  if (since === 'answer') await writers.answered
  await pause(afterMs)
  await server.kill()
  return writing
}

/** What a server that is started again lacks of what was promised; nothing when all is well. */
async function examine(promised: readonly Promised[], unanswered: readonly Unanswered[]): Promise<readonly string[]> {
  await using server = new ServerProcess({ dataDir: folder })
  using caller = new HttpCaller(await server.ready())
  const problems: string[] = []
  for (const one of promised) if (!(await isKept(caller, one))) problems.push(`lost: ${JSON.stringify(one)}`)
  for (const one of unanswered) problems.push(...(await repeat(caller, one)))
  const doctor = await caller.call<{ readonly ok: boolean }>('POST', '/v2/system/doctor', { depth: 'full' })
  if (!doctor.body.ok) problems.push(`damaged: ${JSON.stringify(doctor.body)}`)
  await server.stop()
  return problems
}

async function isKept(caller: HttpCaller, promised: Promised): Promise<boolean> {
  if (promised.kind === 'trust') {
    const { body } = await caller.call<{ readonly history: readonly { readonly reason: string }[] }>(
      'GET',
      `/v2/capsules/${promised.id}/trust`,
    )
    return body.history.some(({ reason }) => reason === promised.reason)
  }
  const path = `/v2/capsules/${promised.id}/versions/${promised.version}`
  const { status, body } = await caller.call<{ readonly content: string }>('GET', path)
  return status === 200 && body.content === promised.content
}

/** The same request with its key: whether or not it was carried out before the end, it is now, and once. */
async function repeat(caller: HttpCaller, { key, content }: Unanswered): Promise<readonly string[]> {
  const send = () =>
    caller.call<{ readonly id: string }>('POST', '/v2/capsules', createBody(content), { 'idempotency-key': key })
  const [first, second] = [await send(), await send()]
  const isOnce = first.status < 300 && second.status < 300 && first.body.id === second.body.id
  return isOnce ? [] : [`not once: ${JSON.stringify([first.body, second.body])}`]
}
