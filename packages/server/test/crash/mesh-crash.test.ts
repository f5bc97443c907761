import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { type MeshLeg, openMeshWorld } from './mesh-world.ts'

const KILLS = campaign(4, 40)
const EVENTS = campaign(10_000, 100_000)
const TEST_MS_MAX = campaign(120_000, 1_800_000)
const CHILD = childProgram(new URL('./mesh-child.ts', import.meta.url))

const root = mkdtempSync(join(tmpdir(), 'cascade-mesh-crash-'))
const [directory, delivered] = [join(root, 'store'), join(root, 'delivered')]
writeFileSync(delivered, '')
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('no event is lost and none inside the instance acts twice, wherever the process is killed', {
  timeout: TEST_MS_MAX,
}, async () => {
  const random = createSeeded(8100)
  const startedAt = performance.now()
  const each = Math.floor(EVENTS / (KILLS + 1))
  for (let round = 0; round < KILLS; round++)
    expect(await run({ directory, delivered, events: each, diesAfter: Math.floor(random() * each) })).toBeNull()
  const written = await finish()
  const lines = readFileSync(delivered, 'utf8').trim().split('\n')
  const first = new Map<string, number>()
  for (const [at, line] of lines.entries()) {
    const id = line.split(' ', 1)[0] ?? ''
    if (!first.has(id)) first.set(id, at)
  }
  expect(written.events.filter(({ id }) => !first.has(id))).toEqual([])
  // In the order of commits, subject by subject.
  const last = new Map<string, number>()
  for (const { id, subject } of written.events) {
    const at = first.get(id) ?? -1
    expect(at).toBeGreaterThan(last.get(subject) ?? -1)
    last.set(subject, at)
  }
  expect(written.effects.toSorted()).toEqual(
    written.events
      .filter(({ sampled }) => sampled)
      .map(({ id }) => id)
      .toSorted(),
  )
  const ms = performance.now() - startedAt
  noteCampaign('kill -9 of a mesh that delivers', { runs: KILLS, checks: written.events.length, ms })
})

/** Answers how the child ended; null after the kill. */
async function run(leg: MeshLeg): Promise<number | null> {
  const order = join(root, 'leg.json')
  writeFileSync(order, JSON.stringify(leg))
  const child = spawn(process.execPath, [CHILD, order], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

type MeshWorld = Awaited<ReturnType<typeof openMeshWorld>>

/** All that happened in a store, some at a time. */
async function* entriesOf({ store }: MeshWorld) {
  for (let at = -1; ; ) {
    const entries = await store.changesSince(at, 1000)
    const last = entries.at(-1)
    if (!last) return
    yield entries
    at = last.sequence
  }
}

/** What was written, and what the consumer did about it. */
async function read(world: MeshWorld) {
  const events: { id: string; subject: string; sampled: boolean }[] = []
  const effects: string[] = []
  for await (const entries of entriesOf(world))
    for (const { leaf, events: told } of entries) {
      if (leaf.type === 'test.happened' && leaf.subject.startsWith('event/')) effects.push(leaf.subject.slice(6))
      for (const { id, subject, type, data } of told)
        if (type === 'cascade.test.happened') events.push({ id, subject, sampled: data.sampled === true })
    }
  return { events, effects }
}

/** Writes what those that were killed did not come to, delivers what is left, and tells what came of it all. */
async function finish() {
  const lines: string[] = []
  await using world = await openMeshWorld(
    directory,
    async ({ event }) => void lines.push(`${event.id} ${event.subject}`),
  )
  for (let { length } = (await read(world)).events; length < EVENTS; length += world.batch) {
    await world.emit(world.batch)
    world.tick()
  }
  await world.drain()
  writeFileSync(delivered, `${readFileSync(delivered, 'utf8')}${lines.join('\n')}\n`)
  return await read(world)
}
