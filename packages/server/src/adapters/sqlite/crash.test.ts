import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import type { Finding } from '#store'
import { childProgram } from '../../../test/child-program.ts'
import { campaign, commit, createSeeded, receiptOf, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { examine } from './doctor.ts'
import { loadSlots, openSession } from './open-session.ts'
import { restoreBackup } from './restore.ts'
import { createCommands } from './testing/crash-drafts.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()
const TEST_MS_MAX = campaign(600_000, 1_800_000)

interface Recovered {
  readonly findings: readonly Finding[]
  readonly capsules: number
  readonly ids: ReadonlySet<string>
}

/** Opens what is left, as the next start would, and looks for damage. */
function recover(directory: string): Recovered {
  const data = { directory, collections: TEST_COLLECTIONS, compressionLevel: 6, eventSource: '/test', pagesMax: 0 }
  const session = openSession(data)
  const slots = loadSlots(session)
  try {
    const rows = session.database.all<{ id: string }>('SELECT lower(hex(id)) AS id FROM capsules')
    const findings = examine(session.database, 'full', { slots, sequence: session.leaves.tail.index }, () => undefined)
    return { findings, capsules: rows.length, ids: new Set(rows.map(({ id }) => id)) }
  } finally {
    session.database.close()
  }
}

const damage = (findings: readonly Finding[]): Finding[] => findings.filter(({ ok }) => !ok)
const hexOf = (uuid: string): string => uuid.replaceAll('-', '')

test('whatever is left of the log after a crash opens, and nothing in it is torn', async () => {
  const written = folder()
  const store = await openTestStore(written)
  const next = createCommands(store, 5)
  const capsules = 60
  for (let made = 0; made < capsules; made += 3) {
    for (const outcome of await store.append([next(), next(), next()])) receiptOf(outcome)
  }
  const [base, log] = [join(written, DATABASE_FILE), `${join(written, DATABASE_FILE)}-wal`].map((file) =>
    readFileSync(file),
  )
  await store[Symbol.asyncDispose]()

  const random = createSeeded(11)
  const cuts = campaign(40, 400)
  const found = new Set<number>()
  for (let cut = 0; cut < cuts; cut++) {
    const torn = Buffer.from(log!.subarray(0, Math.floor((log!.length * (cut + random())) / cuts)))
    if (cut % 2 === 1) garble(torn, random)
    const directory = folder()
    mkdirSync(directory)
    writeFileSync(join(directory, DATABASE_FILE), base!)
    writeFileSync(join(directory, `${DATABASE_FILE}-wal`), torn)
    const recovered = recover(directory)
    expect(damage(recovered.findings)).toEqual([])
    // Three to a transaction: a torn one is gone as a whole.
    expect(recovered.capsules % 3).toBe(0)
    found.add(recovered.capsules)
  }
  expect(found.size).toBeGreaterThan(8)
})

/** Flips bits in the last bytes, as a disk does that wrote half of a sector. */
function garble(bytes: Buffer, random: () => number): void {
  for (let flip = 0; flip < 200 && bytes.length > 0; flip++) {
    const at = bytes.length - 1 - Math.floor(random() * Math.min(400, bytes.length))
    bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8))
  }
}

test('kill -9 in the middle of writing loses nothing that was acknowledged', { timeout: TEST_MS_MAX }, async () => {
  const directory = folder()
  const random = createSeeded(23)
  const acknowledged: string[] = []
  for (let run = 0; run < campaign(6, 200); run++) {
    acknowledged.push(...(await ingestUntilKilled(directory, run, 40 + random() * 260)))
    const { findings, ids } = recover(directory)
    expect(damage(findings)).toEqual([])
    expect(acknowledged.filter((id) => !ids.has(hexOf(id)))).toEqual([])
  }
  expect(acknowledged.length).toBeGreaterThan(50)
})

/** Returns the ids that a child acknowledged before it was killed, some milliseconds after its first. */
async function ingestUntilKilled(directory: string, run: number, lifeMs: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    [childProgram(new URL('testing/ingest-child.ts', import.meta.url)), directory, String(run)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const exited = once(child, 'exit')
  const lines: string[] = []
  let timer: NodeJS.Timeout | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') lines.push(line)
    timer ??= setTimeout(() => child.kill('SIGKILL'), lifeMs)
  }
  clearTimeout(timer)
  await exited
  // The last line may be half written: a receipt counts once its line is complete.
  return lines.filter((line) => line.length === 36)
}

test('a writer that dies leaves OUTCOME_UNKNOWN behind, and another goes on', async () => {
  const store = await openTestStore(folder(), { onTrouble: () => undefined })
  const next = createCommands(store, 31)
  for (let made = 0; made < 5; made++) await commit(store, next())
  const commands = Array.from({ length: 200 }, next)
  const pending = commands.map((command) => store.append([command]))
  await store.crashWriter()
  const outcomes = (await Promise.all(pending)).flat()
  const codes = new Set(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code)))
  expect(codes.difference(new Set(['ok', 'OUTCOME_UNKNOWN']))).toEqual(new Set())

  // A parent may be among those that were lost: repeated in order, each is carried out once.
  const again = []
  for (const command of commands) again.push(receiptOf((await store.append([command]))[0]))
  for (const [at, command] of commands.entries()) {
    expect(await store.receipt(command.id)).toEqual(again[at])
  }
  expect((await store.capsules.counts()).capsules).toBe(205)
  const vector = Float32Array.from({ length: 16 }, (_, at) => at)
  const found = await store.capsules.candidates({ embedding: { model: 'crash', vector }, filter: {}, perSignal: 300 })
  expect(found.candidates.filter(({ signals }) => signals.vector !== undefined)).toHaveLength(205)
  expect(damage(await store.doctor('full'))).toEqual([])
  await store[Symbol.asyncDispose]()
})

test('a full disk refuses writes, not reads, and keeps what it acknowledged', async () => {
  const directory = folder()
  const store = await openTestStore(directory, { pagesMax: 160 })
  const next = createCommands(store, 41)
  const written: string[] = []
  let refusal: string | undefined
  while (refusal === undefined && written.length < 5000) {
    for (const outcome of await store.append(Array.from({ length: 20 }, next))) {
      if (outcome.ok) written.push(outcome.receipt.id!)
      else refusal = outcome.error.code
    }
  }
  expect(refusal).toBe('STORAGE_FULL')
  expect(await store.capsules.getHeads(written)).toHaveLength(written.length)
  expect(store.head()).toBe(written.length - 1)
  expect(damage(await store.doctor('full'))).toEqual([])
  await store[Symbol.asyncDispose]()

  const roomier = await openTestStore(directory)
  expect((await roomier.capsules.counts()).capsules).toBe(written.length)
  await commit(roomier, createCommands(roomier, 42)())
  await roomier[Symbol.asyncDispose]()
})

test('a copy made while others write is complete and sound', async () => {
  const [directory, restored] = [folder(), folder()]
  const store = await openTestStore(directory)
  const next = createCommands(store, 51)
  for (let batch = 0; batch < 5; batch++) await store.append(Array.from({ length: 100 }, next))
  let isOver = false
  const writing = (async () => {
    while (!isOver) await store.append([next()])
  })()
  const steps: number[] = []
  const file = join(directory, 'copy.backup')
  await store.backup(file, { onProgress: (done, total) => steps.push(done / total) })
  isOver = true
  await writing
  restoreBackup(restored, file, { clock: systemClock })
  const { findings, capsules } = recover(restored)
  expect(damage(findings)).toEqual([])
  expect(capsules).toBeGreaterThanOrEqual(500)
  expect(steps.at(-1)).toBe(1)
  await store[Symbol.asyncDispose]()
})
