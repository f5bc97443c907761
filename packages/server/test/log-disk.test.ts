import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { isErrno } from '#base'
import type { CommandOutcome } from '#store'
import { childProgram } from './child-program.ts'
import { LogWitness } from './crash/examine-log.ts'
import type { LedgerLine } from './crash/ledger-leg.ts'
import { entryOf, keepingBy, type LogWorld, openLogWorld } from './crash/ledger-world.ts'

const [MOUNT, UNMOUNT, COMPILER] = ['mount', 'umount', 'cc'] as const
const TEST_MS_MAX = 120_000
const DISK_MIB = 8
/** Pages of a file that has room for some hundred entries. */
const PAGES = 130
const GROUP = 20
/** Entries of a round: the third fills a tile. All of them fit into a write-ahead log that nobody folds yet. */
const ROUND = 100
const CHILD = childProgram(new URL('crash/ledger-sync-child.ts', import.meta.url))
const SOURCE = fileURLToPath(new URL('crash/sync-fails.c', import.meta.url))

const root = mkdtempSync(join(tmpdir(), 'cascade-log-disk-'))
const mounted: string[] = []
afterAll(() => {
  for (const path of mounted) execFileSync(UNMOUNT, ['-l', path])
  rmSync(root, { recursive: true, force: true })
})

const append = (world: LogWorld, count: number): Promise<readonly CommandOutcome[]> =>
  world.store.append(Array.from({ length: count }, entryOf))

/** Remembers what was acknowledged; answers the codes of what was not. */
async function hear(world: LogWorld, witness: LogWitness, outcomes: readonly CommandOutcome[]): Promise<Set<string>> {
  for (const outcome of outcomes) {
    if (!outcome.ok) continue
    const { sequence } = outcome.receipt
    witness.hear([{ kind: 'entry', sequence, hash: (await world.store.ledger.find(sequence))!.hash }])
  }
  return new Set(outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.error.code)))
}

describe('on a full disk', () => {
  test('what was acknowledged and signed stands, and the next start with more space signs the rest', {
    timeout: TEST_MS_MAX,
  }, async () => {
    const places = { directory: join(root, 'small'), mirror: join(root, 'small-mirror') }
    const witness = new LogWitness(places)
    {
      await using world = await openLogWorld(places, { isStill: true, store: { pagesMax: PAGES } })
      let refused = new Set<string>()
      while (refused.size === 0) refused = await hear(world, witness, await append(world, GROUP))
      expect([...refused]).toEqual(['STORAGE_FULL'])
      const { size, note } = world.log.checkpointer.last!
      witness.hear([{ kind: 'checkpoint', note }])
      expect(world.store.head() + 1 - size).toBeGreaterThan(0)
      await expect(world.log.checkpointer.sign()).rejects.toMatchObject({ code: 'STORAGE_FULL' })
      expect(world.log.checkpointer.last?.note).toBe(note)
    }
    expect(await witness.examine()).toBeGreaterThan(GROUP)
  })

  test('signing is refused while there is no space, wherever that ends, and goes on when there is', {
    timeout: TEST_MS_MAX,
  }, async ({ skip }) => {
    const disk = join(root, 'disk')
    const reason = mount(disk)
    if (reason !== undefined) return skip(reason)
    const places = { directory: join(disk, 'data'), mirror: join(root, 'disk-mirror') }
    const witness = new LogWitness(places)
    const ballast = new Ballast(join(disk, 'ballast'))
    let isFilledBeforeKeeping = false
    {
      await using world = await openLogWorld(places, {
        isStill: true,
        wrapStore: (store) =>
          keepingBy(store, (keep) => (checkpoint) => {
            if (isFilledBeforeKeeping) ballast.fill()
            return keep(checkpoint)
          }),
      })
      for (const isKeeping of [false, true, false, true]) {
        await hear(world, witness, await append(world, ROUND))
        const before = world.log.checkpointer.last
        isFilledBeforeKeeping = isKeeping
        if (!isKeeping) ballast.fill()
        await expect(world.log.checkpointer.sign()).rejects.toMatchObject({ code: 'STORAGE_FULL' })
        expect(world.log.checkpointer.last?.size).toBe(before?.size)
        expect([...(await hear(world, witness, await append(world, 1)))]).toEqual(['STORAGE_FULL'])
        isFilledBeforeKeeping = false
        ballast.drop()
        const { note, size } = await world.log.checkpointer.sign()
        expect(size).toBe(world.store.head() + 1)
        witness.hear([{ kind: 'checkpoint', note }])
      }
    }
    expect(await witness.examine()).toBeGreaterThan(4 * ROUND)
  })
})

describe('on a disk that fails to take what is written', () => {
  test.for([
    { name: 'and then takes it', isKilled: false },
    { name: 'when the process dies', isKilled: true },
  ])(
    'nothing is acknowledged or signed that is not there $name',
    { timeout: TEST_MS_MAX },
    async ({ isKilled }, { skip }) => {
      const library = join(root, 'sync-fails.so')
      const reason = compile(library)
      if (reason !== undefined) return skip(reason)
      const home = join(root, `failing-${isKilled}`)
      mkdirSync(home)
      const places = { directory: join(home, 'data'), mirror: join(home, 'mirror') }
      const flag = join(home, 'flag')
      const child = spawn(
        process.execPath,
        [CHILD, places.directory, places.mirror, flag, ...(isKilled ? ['killed'] : [])],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, LD_PRELOAD: library, SYNC_FAILS: flag },
        },
      )
      const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
      expect([child.exitCode, child.signalCode]).toEqual(isKilled ? [null, 'SIGKILL'] : [0, null])
      // The process of this folder wrote them, from values of this type.
      const lines = output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as LedgerLine)
      const refused = lines.flatMap((line) => (line.kind === 'refused' ? line.code : []))
      const round = ['UNAVAILABLE', ...Array<string>(7).fill('OUTCOME_UNKNOWN'), 'UNAVAILABLE']
      expect(refused).toEqual(isKilled ? round : [...round, ...round, ...round])
      expect(lines.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(isKilled ? 1 : 4)
      const witness = new LogWitness(places)
      witness.hear(lines)
      expect(await witness.examine()).toBeGreaterThan(300)
    },
  )
})

/** Takes all the space that is left on a disk. */
class Ballast {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  fill(): void {
    const file = openSync(this.#path, 'w')
    try {
      for (const bytes of [64 * 1024, 4096]) this.#write(file, bytes)
    } finally {
      closeSync(file)
    }
  }

  drop(): void {
    rmSync(this.#path)
  }

  #write(file: number, bytes: number): void {
    try {
      for (;;) writeSync(file, Buffer.alloc(bytes, 1))
    } catch (error) {
      if (!isErrno(error, 'ENOSPC')) throw error
    }
  }
}

/** Mounts a small disk; why it cannot, where this user may not. */
function mount(path: string): string | undefined {
  mkdirSync(path)
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', path], { stdio: 'pipe' })
    mounted.push(path)
    return undefined
  } catch (error) {
    return `no file system can be mounted here: ${String(error).split('\n')[0]}`
  }
}

/** Makes the library that lets syncs fail; why it cannot, where there is no compiler for it. */
function compile(library: string): string | undefined {
  if (process.platform !== 'linux') return 'syncs can be made to fail on Linux only'
  try {
    execFileSync(COMPILER, ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `no C compiler makes the library by which syncs fail: ${String(error).split('\n')[0]}`
  }
}
