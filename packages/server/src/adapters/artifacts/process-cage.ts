import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CascadeError, fileTrouble, isCascadeError, isErrno, lazy } from '#base'
import type { Artifact, CagedEnd, CagedTest, OpenedCage, TestCage } from '#verification'
import type { TempArea } from '../sources/temp-area.ts'
import { doorsUrl } from './close-doors.ts'
import { type LimitedEnd, type LimitedRun, runLimited } from './limited-process.ts'

/** What a test may print. */
export const TEST_OUTPUT_BYTES_MAX = 1024 * 1024
/** Heap of its JavaScript. */
export const TEST_HEAP_BYTES_MAX = 128 * 1024 * 1024
/**
 * Data of its process as the kernel counts it (RLIMIT_DATA). Node 24 on Linux takes 560 MiB of it without using them, as
 * `VmData` in /proc/self/status shows; what is above is for the test.
 */
export const TEST_DATA_BYTES_MAX = 1024 * 1024 * 1024
const OPEN_FILES = 128

/** Limits of the kernel; the shell that sets them becomes the program, without what shells put into an environment. */
const limitedShell = (seconds: number): readonly string[] => [
  '/bin/sh',
  '-c',
  `ulimit -c 0 && ulimit -f 0 && ulimit -n ${OPEN_FILES} && ulimit -d ${TEST_DATA_BYTES_MAX / 1024} && ulimit -t ${seconds} && exec /usr/bin/env -i "$@"`,
  'sh',
]

const NODE_FLAGS = ['--permission', `--max-old-space-size=${TEST_HEAP_BYTES_MAX / 1024 ** 2}`, '--no-warnings']

/** Namespaces of its own: no network, no other process to be seen or signalled. */
const UNSHARE = [
  '/usr/bin/unshare',
  '--user',
  '--map-root-user',
  '--net',
  '--ipc',
  '--pid',
  '--fork',
  '--kill-child',
  '--',
]

/**
 * Runs tests in processes of their own, each with Node's permissions (its files to read, nothing to write, no processes,
 * threads or addons), without the modules of Node that reach further, and within limits of the kernel.
 *
 * @param area where copies of artifacts lie while their tests run.
 * @param canIsolate whether namespaces can be made here; asked of the system when left out.
 */
export const createProcessCage = (area: TempArea, canIsolate: () => Promise<boolean> = hasNamespaces): TestCage => ({
  open: async (artifact) => {
    const place = await area.open()
    try {
      // Beside nothing else: what lies in it may be read by the test.
      const folder = join(place.path, 'artifact')
      await copyTo(folder, artifact)
      return openedIn(await permitted(folder), await canIsolate(), async () => place[Symbol.asyncDispose]())
    } catch (error) {
      await place[Symbol.asyncDispose]()
      throw isCascadeError(error) ? error : unwritable(error)
    }
  },
})

/**
 * The folder as Node's permissions compare it: without links. @throws CascadeError UNAVAILABLE for a path with a star, which
 * they take for any characters.
 */
async function permitted(folder: string): Promise<string> {
  const path = await realpath(folder)
  if (path.includes('*'))
    throw new CascadeError(
      'UNAVAILABLE',
      `No test runs below ${path}: a star in the path of the data folder opens others.`,
    )
  return path
}

async function copyTo(folder: string, { files }: Artifact): Promise<void> {
  await mkdir(folder)
  for (const { path, bytes } of files) {
    const place = join(folder, path)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, bytes, { flag: 'wx', mode: 0o444 })
  }
}

const openedIn = (folder: string, isolated: boolean, dispose: () => Promise<void>): OpenedCage => ({
  description: `run with Node’s permissions and ${limitsOf(isolated)}`,
  run: async (test, signal) => asEnd(await runLimited(runOf(folder, isolated, test), signal)),
  [Symbol.asyncDispose]: dispose,
})

const limitsOf = (isolated: boolean): string => {
  if (isolated) return 'limits of the kernel, without a network'
  return process.platform === 'win32' ? 'a limited heap' : 'limits of the kernel'
}

const runOf = (folder: string, isolated: boolean, { file, args, timeoutMs }: CagedTest): LimitedRun => {
  const shell = process.platform === 'win32' ? [] : limitedShell(Math.ceil(timeoutMs / 1000) + 1)
  const node = [process.execPath, ...NODE_FLAGS, `--allow-fs-read=${folder}`, `--import=${doorsUrl(2 * timeoutMs)}`]
  const [program = process.execPath, ...rest] = [...(isolated ? UNSHARE : []), ...shell, ...node]
  const outputBytesMax = TEST_OUTPUT_BYTES_MAX
  return { program, args: [...rest, join(folder, file), ...args], cwd: folder, timeoutMs, outputBytesMax }
}

function asEnd(end: LimitedEnd): CagedEnd {
  if (end.kind === 'talkative') return { kind: 'talkative', bytesMax: TEST_OUTPUT_BYTES_MAX }
  if (end.kind !== 'exited') return end
  return end.code === 0 ? { kind: 'passed' } : { kind: 'failed', code: end.code, said: end.said }
}

/** Whether this user may make namespaces here; many containers and some distributions do not allow it. */
const hasNamespaces: () => Promise<boolean> = lazy(async () => {
  const [program = '', ...args] = UNSHARE
  if (process.platform !== 'linux' || !existsSync(program)) return false
  return new Promise<boolean>((resolve) => {
    execFile(program, [...args, '/bin/true'], { env: {} }, (error) => resolve(error === null))
  })
})

const unwritable = (cause: unknown): CascadeError => {
  const code = isErrno(cause, 'ENOSPC', 'EDQUOT') ? 'STORAGE_FULL' : 'UNAVAILABLE'
  return new CascadeError(code, `the artifact cannot be copied for its tests: ${fileTrouble(cause)}`, { cause })
}
