import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { isErrno } from '#base'

export interface LimitedRun {
  /** A path, never looked up. */
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly timeoutMs: number
  /** Of standard output and error together. */
  readonly outputBytesMax: number
}

/** How it ended. `said` is its last line, cut short. */
export type LimitedEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly said: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly said: string }
  | { readonly kind: 'late' }
  | { readonly kind: 'talkative' }

/** Output that is kept to tell the last line. */
const TAIL_BYTES = 4096
const SAID_CHARACTERS = 200
/** What a process has printed is read within this once it has ended; who holds its output open longer is not waited for. */
const LAST_WORDS_MS = 1000

/**
 * Runs a program in a process group of its own, without an environment, without input and without any handle of ours. At its
 * end, and at a limit, the whole group is killed.
 *
 * @throws the system's error where the program cannot be started. Rejects with the reason of the signal when it is aborted,
 *   after the group was killed.
 */
export async function runLimited(run: LimitedRun, signal: AbortSignal): Promise<LimitedEnd> {
  signal.throwIfAborted()
  const child = spawn(run.program, run.args, {
    cwd: run.cwd,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', ...othersOpen()],
    // A group of its own, which is killed as one.
    detached: true,
    windowsHide: true,
  })
  let ended: LimitedEnd | undefined
  const stop = (end?: LimitedEnd): void => {
    ended ??= end
    killGroup(child)
  }
  const tail = keepTail(child, run.outputBytesMax, () => stop({ kind: 'talkative' }))
  const late = setTimeout(() => stop({ kind: 'late' }), run.timeoutMs)
  const abort = (): void => stop()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const { code, exitSignal } = await exitOf(child)
    signal.throwIfAborted()
    const said = lastLine(tail())
    return ended ?? (code === null ? { kind: 'killed', signal: exitSignal, said } : { kind: 'exited', code, said })
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', abort)
  }
}

/**
 * Nothing, in the place of each descriptor that is open here: Node closes its own as another program begins, and a library
 * may have opened one that stays.
 */
function othersOpen(): readonly 'ignore'[] {
  // Windows hands nothing on that is not asked for.
  const open = process.platform === 'win32' ? [] : readdirSync('/dev/fd').map(Number)
  return Array<'ignore'>(Math.max(0, Math.max(2, ...open) - 2)).fill('ignore')
}

/** Resolves when the process has ended, its group is killed and its output was read. */
function exitOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly exitSignal: string }> {
  return new Promise((resolve, reject) => {
    let lastWords: NodeJS.Timeout | undefined
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      // What it has left behind goes with it.
      killGroup(child)
      lastWords = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, LAST_WORDS_MS)
      child.once('close', () => {
        clearTimeout(lastWords)
        resolve({ code, exitSignal: signal ?? 'SIGKILL' })
      })
    })
  })
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch (error) {
    // Nobody of the group is left; EPERM is what some systems say of one that is ending.
    if (!isErrno(error, 'ESRCH', 'EPERM')) throw error
  }
}

/** Counts what is printed and keeps the end of it. */
function keepTail(child: ChildProcess, bytesMax: number, onTooMuch: () => void): () => string {
  let tail = Buffer.alloc(0)
  let bytes = 0
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > bytesMax) onTooMuch()
      tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
    })
  return () => tail.toString('utf8')
}

/** What ends the words of Node about an error without saying what it is: its stack, members of the error, the version. */
const SAYS_NOTHING = /^\s*(?:at .*|[{}\]]*|\s+\w+: .*|Node\.js v.*)$/

function lastLine(text: string): string {
  const lines = text.trimEnd().split('\n')
  const line = lines.findLast((each) => !SAYS_NOTHING.test(each)) ?? lines.at(-1) ?? ''
  return line.trim().slice(0, SAID_CHARACTERS).toWellFormed()
}
