import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { formatVerifierKey, openCheckpoint, verifyLog } from '#ledger'
import { findLogIdentity } from '../../src/edge/jobs/log-identity.ts'
import { openKeyChange } from '../../src/platform/ledger/note/index.ts'
import { campaign, TEST_START_MS } from '../../src/platform/store/testing.ts'
import { childProgram } from '../child-program.ts'
import { noteCampaign } from '../note-campaign.ts'
import { openLogWorld } from './ledger-world.ts'

const CHILD = childProgram(new URL('./rotation-child.ts', import.meta.url))
/** A change, the end of its overlap and the beginning of the next are so many steps that leave something durable. */
const STEPS = 18
const ROUNDS = campaign(1, 20)
/** Longer than all overlaps of one process. */
const YEAR_MS = 365 * 24 * 3_600_000
const LIFE_MS = 60_000

const root = mkdtempSync(join(tmpdir(), 'cascade-rotation-crash-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const places = { directory: join(root, 'data'), mirror: join(root, 'mirror') }

/** Runs a process until its step; what it said was signed. */
async function dieBefore(step: number, now: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ ...places, dieBefore: step, now })], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIFE_MS,
    killSignal: 'SIGTERM',
  })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  await once(child, 'close')
  expect([child.signalCode, errors]).toEqual(['SIGKILL', ''])
  const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n')
  // Whole lines were written by the process of this folder.
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as string)
}

test(`a process that changes keys is killed at each of ${STEPS} steps, and leaves a log that signs and verifies`, {
  timeout: campaign(60_000, 1_200_000),
}, async () => {
  const notes = new Set<string>()
  const known = new Set<string>()
  for (let run = 0; run < STEPS * ROUNDS; run++) {
    const startedAt = performance.now()
    for (const note of await dieBefore(run % STEPS, TEST_START_MS + run * YEAR_MS)) notes.add(note)
    const checks = await examine(notes, known)
    noteCampaign('kill -9 of a change of keys', { runs: 1, checks, ms: performance.now() - startedAt })
  }
  expect(known.size).toBeGreaterThan(STEPS / 2)
})

/** Opens what is left as the next start does. */
async function examine(notes: Set<string>, known: Set<string>): Promise<number> {
  await using world = await openLogWorld(places, { isStill: true })
  const { store, log, troubles } = world
  const identity = await findLogIdentity(store.records)
  const active = identity?.keys[0]
  expect([identity?.keys, troubles]).toEqual([log.keys.map(formatVerifierKey), []])

  // What is signed now bears the active key, and the one before while that signs as well.
  const note = (await log.checkpointer.sign()).note
  notes.add(note)
  const signers = [active, identity?.previous?.key].filter((key) => key !== undefined)
  for (const text of signers)
    expect(
      openCheckpoint(
        note,
        log.origin,
        log.keys.filter((key) => formatVerifierKey(key) === text),
      ),
    ).toBeDefined()
  for (const each of notes) expect(openCheckpoint(each, log.origin, log.keys)).toBeDefined()
  const verdict = await verifyLog({ ledger: store.ledger, head: store.head(), origin: log.origin, keys: log.keys })
  expect(verdict).toMatchObject({ valid: true })

  // No key that was ever active is forgotten, and each change was signed for by both.
  for (const key of known) expect(identity?.keys).toContain(key)
  for (const key of identity?.keys ?? []) known.add(key)
  const changes = await store.ledger.list({ type: 'ledger.key_rotated' }, { limit: 1000 })
  const stated = changes.map(({ leaf }) => openKeyChange(String(leaf.payload.statement)))
  expect(stated.toReversed().map((change) => change && formatVerifierKey(change.next))).toEqual(
    identity?.keys.slice(0, -1).toReversed(),
  )
  expect(await store.ledger.list({ type: 'ledger.key_changed' }, { limit: 1 })).toEqual([])

  // Private keys: of those that sign, and readable by nobody else.
  const files = readdirSync(places.directory).filter((name) => name.endsWith('.key'))
  expect(files.toSorted()).toEqual(identity?.previous ? ['ledger-previous.key', 'ledger.key'] : ['ledger.key'])
  for (const name of files) expect(statSync(join(places.directory, name)).mode & 0o077).toBe(0)
  expect(existsSync(join(places.directory, 'ledger-next.key.new'))).toBe(false)
  return notes.size + known.size + changes.length
}
