import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { childProgram } from '../../../../test/child-program.ts'
import { openSqliteStore } from '../../../adapters/sqlite/index.ts'
import { createFolders } from '../../../adapters/sqlite/testing.ts'
import { campaign, createSeeded } from '../../../platform/store/testing.ts'
import { openWorld } from '../use-cases/testing.ts'
import { bulkOf } from './testing.ts'

const folder = createFolders()
const KILLS = campaign(3, 100)
const TEST_MS_MAX = campaign(600_000, 1_800_000)
const CAPSULES = 200

const OPERATIONS = [
  { request: { operation: 'tag', add: ['new'] }, told: 'capsule.versioned', status: 'ACTIVE' },
  { request: { operation: 'archive' }, told: 'capsule.archived', status: 'ARCHIVED' },
  { request: { operation: 'erase', legal_basis: 'gdpr-17' }, told: 'capsule.erased', status: 'ERASED' },
] as const

const openAgain = (directory: string) => openWorld((options) => openSqliteStore({ directory, readers: 1, ...options }))

test(`killed ${KILLS} times in the middle and run again, a bulk change ends as one that nobody disturbed`, {
  timeout: TEST_MS_MAX,
}, async () => {
  const random = createSeeded(43)
  for (let kill = 0; kill < KILLS; kill++) {
    const { request, told, status } = OPERATIONS[kill % OPERATIONS.length]!
    const directory = folder()
    const before = await openAgain(directory)
    for (let index = 0; index < CAPSULES; index++) await before.add({ content: `capsule ${index}`, lane: 'l' })
    const asked = { ...request, add: 'add' in request ? [...request.add] : undefined }
    const { row, capsules } = await bulkOf(before).plan({ ...asked, filter: { lane: 'l' } })
    await before.context.store[Symbol.asyncDispose]()

    await runUntilKilled(directory, row.id, random)
    const after = await openAgain(directory)
    const { lines, end } = await bulkOf(after).run(row.id)
    expect([new Set(lines), end]).toMatchObject([new Set(['updated']), { changed: CAPSULES, failed: 0 }])
    const heads = await after.context.store.capsules.getHeads(capsules.map(({ id }) => id))
    expect(new Set(heads.map((head) => head.status))).toEqual(new Set([status]))
    const leaves = await after.context.store.ledger.list({ type: told }, { limit: CAPSULES * 2 })
    expect(leaves).toHaveLength(CAPSULES)
    expect((await after.context.store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
    await after.context.store[Symbol.asyncDispose]()
  }
})

/** Kills after the beginning or after some of the lines, a moment into what follows. */
async function runUntilKilled(directory: string, token: string, random: () => number): Promise<void> {
  const script = childProgram(new URL('testing/bulk-child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, directory, token], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [linesMax, momentMs] = [Math.floor(random() * 10), random() * 30]
  let seen = 0
  let timer: NodeJS.Timeout | undefined
  for await (const _line of createInterface({ input: child.stdout }))
    if (++seen > linesMax) timer ??= setTimeout(() => child.kill('SIGKILL'), momentMs)
  clearTimeout(timer)
  await exited
}
