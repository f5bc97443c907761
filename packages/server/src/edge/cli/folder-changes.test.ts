import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FolderChanges } from './folder-changes.ts'

const QUICK = { settleMs: 60, heldMsMax: 2000 }

function openFolder() {
  const path = mkdtempSync(join(tmpdir(), 'cascade-watch-'))
  return {
    path,
    write: (name: string, text = name) => writeFileSync(join(path, name), text),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** How often a change is told until this many milliseconds have passed since the last. */
async function countTold(changes: FolderChanges, quietMs: number): Promise<number> {
  let told = 0
  for (;;) {
    const quiet = AbortSignal.timeout(quietMs)
    try {
      await changes.next(quiet)
      told++
    } catch (error) {
      if (quiet.aborted) return told
      throw error
    }
  }
}

test('ten thousand changes at once are told a few times, not once each', async () => {
  using folder = openFolder()
  mkdirSync(join(folder.path, 'sub'))
  using changes = await FolderChanges.open(folder.path, QUICK)
  for (let n = 0; n < 10_000; n++) folder.write(n % 2 === 0 ? `n${n % 500}.md` : `sub/n${n % 500}.md`)
  // However long a busy machine takes for the first.
  await changes.next(AbortSignal.timeout(60_000))
  expect(await countTold(changes, 700)).toBeLessThanOrEqual(2)
})

test('what changes while nobody waits is told the next time, and hidden files are not told', async () => {
  using folder = openFolder()
  mkdirSync(join(folder.path, '.git'))
  using changes = await FolderChanges.open(folder.path, QUICK)
  await pause(50)
  folder.write('.git/index')
  folder.write('.hidden')
  expect(await countTold(changes, 300)).toBe(0)
  folder.write('a.md')
  await pause(50)
  expect(await countTold(changes, 400)).toBe(1)
  folder.write('.gitignore')
  expect(await countTold(changes, 400)).toBe(1)
})

test('a folder that was replaced by another of its name is watched on', async () => {
  using folder = openFolder()
  mkdirSync(join(folder.path, 'sub/deep'), { recursive: true })
  using changes = await FolderChanges.open(folder.path, QUICK)
  rmSync(join(folder.path, 'sub'), { recursive: true })
  mkdirSync(join(folder.path, 'sub/deep'), { recursive: true })
  expect(await countTold(changes, 400)).toBe(1)
  folder.write('sub/deep/a.md')
  expect(await countTold(changes, 400)).toBe(1)
})

test('a folder that cannot be watched is looked at from time to time', async () => {
  using changes = await FolderChanges.open('/nowhere/at/all', { settleMs: 1, lookBlindlyMs: 5 })
  await changes.next(AbortSignal.timeout(5000))
  expect(changes.trouble).toBe('there is nothing at this path')
})

test('waiting ends with its signal', async () => {
  using folder = openFolder()
  using changes = await FolderChanges.open(folder.path, QUICK)
  await expect(changes.next(AbortSignal.abort('enough'))).rejects.toBe('enough')
})
