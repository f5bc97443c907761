import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { codeOf } from '../../platform/store/testing.ts'
import { TempArea } from './temp-area.ts'

let directory = ''
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'cascade-area-')), 'tmp')
})
afterEach(() => rmSync(join(directory, '..'), { recursive: true }))

/** A process that opens a folder in the area, and is ended without warning. */
async function openAndKill(): Promise<number> {
  const module = pathToFileURL(join(import.meta.dirname, 'temp-area.ts')).href
  const script = `
    const { TempArea } = await import(${JSON.stringify(module)})
    const { path } = await new TempArea(${JSON.stringify(directory)}).open()
    process.stdout.write(path)
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  })
  await once(child.stdout, 'data')
  const ended = once(child, 'close')
  child.kill('SIGKILL')
  await ended
  return child.pid ?? 0
}

describe('what a process leaves behind that was ended without warning', () => {
  test('is gone once the next one opens a folder, and nothing else is', async () => {
    const dead = await openAndKill()
    expect(readdirSync(directory)).toEqual([expect.stringMatching(`^git-${dead}-`)])
    const outside = join(directory, '..', 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'precious'), '')
    const kept = [`git-${dead}-notes`, `git-${dead}-abcdef.md`, `git-${process.ppid}-abcdef`, 'git-0-abcdef', 'mine']
    for (const name of kept) mkdirSync(join(directory, name))
    writeFileSync(join(directory, `git-${dead}-file00`), '')
    symlinkSync(outside, join(directory, `git-${dead}-link00`))
    await using mine = await new TempArea(directory).open()
    expect(new Set(readdirSync(directory))).toEqual(
      new Set([...kept, `git-${dead}-file00`, `git-${dead}-link00`, basename(mine.path)]),
    )
    expect(existsSync(join(outside, 'precious'))).toBe(true)
  })

  test('is gone also when the next process has the same id', async () => {
    mkdirSync(join(directory, `git-${process.pid}-abcdef`), { recursive: true })
    await using one = await new TempArea(directory).open()
    expect(readdirSync(directory)).toEqual([basename(one.path)])
  })
})

test('what this process uses stays until it is disposed, once or twice; then the directory goes, too', async () => {
  const area = new TempArea(directory)
  const folders = await Promise.all(Array.from({ length: 8 }, () => area.open()))
  for (const { path } of folders) {
    writeFileSync(join(path, 'HEAD'), '')
    expect(statSync(path).mode & 0o777).toBe(0o700)
  }
  for (const folder of folders.slice(1)) await folder[Symbol.asyncDispose]()
  await folders[1]?.[Symbol.asyncDispose]()
  expect(readdirSync(directory)).toHaveLength(1)
  await Promise.all([folders[0]?.[Symbol.asyncDispose](), area.open().then((last) => last[Symbol.asyncDispose]())])
  expect(existsSync(directory)).toBe(false)
})

test('a place where no folder can be made is UNAVAILABLE', async () => {
  writeFileSync(directory, '')
  expect(await codeOf(() => new TempArea(directory).open())).toBe('UNAVAILABLE')
  expect(existsSync(directory)).toBe(true)
})
