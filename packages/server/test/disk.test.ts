import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runCascade } from './cascade-command.ts'
import { HttpCaller } from './http-caller.ts'
import { ServerProcess } from './server-process.ts'

const [MOUNT, UNMOUNT] = ['mount', 'umount'] as const
const TEST_MS_MAX = 120_000
const MIB = 1024 * 1024
const DISK_MIB = 12
const BALLAST_MIB = 4
/** Writes at once, so that the disk is full in the middle of a shared transaction. */
const WRITERS = 4
/** More than fit on the disk. */
const WRITES_MAX = 2000

const root = mkdtempSync(join(tmpdir(), 'cascade-disk-'))
const mounted: string[] = []
afterAll(() => {
  for (const path of mounted.toReversed()) execFileSync(UNMOUNT, ['-l', path])
  rmSync(root, { recursive: true, force: true })
})

/** Mounts a file system for this test; undefined where this user may not, with the reason why the test is skipped. */
function mount(name: string, args: readonly string[]): { readonly path: string } | { readonly reason: string } {
  const path = join(root, name)
  mkdirSync(path, { recursive: true })
  try {
    execFileSync(MOUNT, [...args, path], { stdio: 'pipe' })
    mounted.push(path)
    return { path }
  } catch (error) {
    if (error instanceof Error) return { reason: `no file system can be mounted here: ${error.message.split('\n')[0]}` }
    throw error
  }
}

interface Written {
  readonly id: string
  readonly content: string
}

interface Filled {
  readonly acknowledged: readonly Written[]
  /** Codes of the answers that were no receipt. */
  readonly refusals: ReadonlySet<string>
}

/** Writes texts that cannot be compressed until the disk is full, several at once. */
async function fill(callers: readonly HttpCaller[]): Promise<Filled> {
  const acknowledged: Written[] = []
  const refusals = new Set<string>()
  const write = async (caller: HttpCaller): Promise<void> => {
    for (let count = 0; count < WRITES_MAX && refusals.size === 0; count++) {
      const content = `note ${randomBytes(8 * 1024).toString('base64')}`
      const answer = await caller.call<{ id: string; code: string }>('POST', '/v2/capsules', {
        content,
        type: 'knowledge',
      })
      if (answer.status === 201) acknowledged.push({ id: answer.body.id, content })
      else refusals.add(`${answer.status} ${answer.body.code}`)
    }
  }
  await Promise.all(callers.map(write))
  return { acknowledged, refusals }
}

/** Acknowledged capsules that are not there as they were written. */
async function missing(caller: HttpCaller, written: readonly Written[]): Promise<readonly string[]> {
  const lost: string[] = []
  for (const { id, content } of written) {
    const { body } = await caller.call<{ content?: string }>('GET', `/v2/capsules/${id}`)
    if (body.content !== content) lost.push(id)
  }
  return lost
}

test('on a full disk writes are refused, reads go on, and once there is space everything goes on', {
  timeout: TEST_MS_MAX,
}, async ({ skip }) => {
  const disk = mount('full', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs'])
  if ('reason' in disk) return skip(disk.reason)
  const [dataDir, ballast] = [join(disk.path, 'data'), join(disk.path, 'ballast')]
  writeFileSync(ballast, Buffer.alloc(BALLAST_MIB * MIB, 1))
  let acknowledged: readonly Written[] = []
  {
    await using server = new ServerProcess({ dataDir })
    const address = await server.ready()
    using caller = new HttpCaller(address)
    const callers = Array.from({ length: WRITERS }, () => new HttpCaller(address))
    const filled = await fill(callers)
    acknowledged = filled.acknowledged
    expect([...filled.refusals]).toEqual(['507 STORAGE_FULL'])
    expect(acknowledged.length).toBeGreaterThan(10)

    expect(await missing(caller, acknowledged)).toEqual([])
    const found = await caller.call<{ hits: unknown[] }>('GET', '/v2/capsules/search?q=note')
    expect([found.status, found.body.hits.length > 0]).toEqual([200, true])
    const backup = await caller.call<{ code: string }>('POST', '/v2/system/backup', {})
    expect([backup.status, backup.body.code]).toEqual([507, 'STORAGE_FULL'])
    expect(readdirSync(dataDir).includes('backups') ? readdirSync(join(dataDir, 'backups')) : []).toEqual([])

    rmSync(ballast)
    const again = await caller.call('POST', '/v2/capsules', { content: 'There is space again.', type: 'knowledge' })
    expect(again.status).toBe(201)
    for (const each of callers) each[Symbol.dispose]()
    expect(await server.stop()).toBe(0)
  }
  await using next = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await next.ready())
  expect(await missing(caller, acknowledged)).toEqual([])
  const doctor = await caller.call<{ ok: boolean }>('POST', '/v2/system/doctor', { depth: 'full' })
  expect(doctor.body.ok).toBe(true)
})

describe('a data folder that cannot be written', () => {
  test('is refused with the reason and left as it is', { timeout: TEST_MS_MAX }, async ({ skip }) => {
    const source = join(root, 'source')
    mkdirSync(source)
    const disk = mount('readonly', ['--bind', '-o', 'ro', source])
    if ('reason' in disk) return skip(disk.reason)
    const { code, stderr } = await runCascade('start', '--data', join(disk.path), '--port', '0', '--no-samples')
    expect(code).toBe(6)
    expect(stderr).toContain(disk.path)
    expect(stderr).toMatch(/read-only|EROFS/)
    expect(readdirSync(source)).toEqual([])
  })

  test('such as one on a disk that is full from the start, says so', { timeout: TEST_MS_MAX }, async ({ skip }) => {
    const disk = mount('none', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs'])
    if ('reason' in disk) return skip(disk.reason)
    const { code, stderr } = await runCascade('start', '--data', join(disk.path, 'data'), '--port', '0', '--no-samples')
    expect(code).toBe(6)
    expect(stderr).toMatch(/full|no space/i)
  })
})
