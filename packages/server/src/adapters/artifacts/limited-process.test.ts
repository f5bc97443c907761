import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runLimited } from './limited-process.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-limited-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const never = new AbortController().signal
const node = (code: string, more: { timeoutMs?: number; outputBytesMax?: number } = {}) =>
  runLimited(
    { program: process.execPath, args: ['-e', code], cwd: root, timeoutMs: 10_000, outputBytesMax: 10_000, ...more },
    never,
  )

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')

/** What was killed runs no more; the system takes it down a little later. */
const leftIsGone = (): Promise<void> =>
  expect.poll(() => isAlive(Number(readFileSync(join(root, 'pid'), 'utf8')))).toBe(false)

/** A grandchild that writes its process id and holds the output of its parent open. */
const LEAVES_ONE = `
  const { spawn } = require('node:child_process')
  const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
  require('node:fs').writeFileSync('pid', String(left.pid))
  left.unref()`

test('a process that leaves another one behind takes it with it', async () => {
  expect(await node(`${LEAVES_ONE}; process.exit(0)`)).toMatchObject({ kind: 'exited', code: 0 })
  await leftIsGone()
})

test('a process that is late is ended with what it has started', async () => {
  expect(await node(`${LEAVES_ONE}; setInterval(() => {}, 1000)`, { timeoutMs: 1000 })).toEqual({ kind: 'late' })
  await leftIsGone()
})

test('a process that ends itself by a signal says which', async () => {
  expect(await node(`process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`)).toMatchObject({
    ...{ kind: 'killed', signal: 'SIGTERM' },
  })
})

test('a process has no environment, no input and no open file of ours', async () => {
  const asked = `const fs = require('node:fs'); const open = fs.readdirSync('/proc/self/fd').map((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } })
    console.log(JSON.stringify([process.env, fs.readFileSync(0, 'utf8'), open.filter((to) => to.startsWith('/') && !to.startsWith('/dev/') && !to.startsWith('/proc/'))]))`
  expect(await node(asked)).toEqual({ kind: 'exited', code: 0, said: '[{},"",[]]' })
})

test('output is counted over both streams, and one byte less is fine', async () => {
  const print = (bytes: number) => `process.stdout.write('x'.repeat(${bytes - 1})); process.stderr.write('y')`
  expect(await node(print(10_000))).toMatchObject({ kind: 'exited', code: 0 })
  expect(await node(print(10_001))).toEqual({ kind: 'talkative' })
})

test('a program that is not there is an error', async () => {
  const absent = { program: join(root, 'absent'), args: [], cwd: root, timeoutMs: 1000, outputBytesMax: 1000 }
  await expect(runLimited(absent, never)).rejects.toThrow('ENOENT')
})
