import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a check found. No findings means passed; `seen` says what was looked at, so that "nothing" cannot look like "fine". */
export interface Verdict {
  readonly seen: string
  readonly findings: readonly string[]
}

/** Looks at the tree under `root` and changes nothing. */
export type Check = (root: string) => Promise<Verdict>

export interface Finished {
  readonly code: number
  /** Standard output alone. */
  readonly output: string
  /** Standard output and error, in the order they came. */
  readonly all: string
}

const RUN_MS_MAX = 120_000

/** Runs a script with this Node; a run past two minutes is ended and has code 124. */
export function runNode(args: readonly string[], cwd: string): Promise<Finished> {
  return runCommand(process.execPath, args, cwd)
}

export function runCommand(command: string, args: readonly string[], cwd: string): Promise<Finished> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
  let output = ''
  let all = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    all += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS_MAX)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 124, output, all })
    })
  })
}

/** Paths (with `/`, relative to `root`) of the files that git keeps or would keep, as they are on disk. */
export async function listFiles(root: string): Promise<readonly string[]> {
  const listed = await runCommand('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root)
  if (listed.code !== 0) throw new Error(`git ls-files failed in ${root}: ${listed.all}`)
  const paths = listed.output.split('\0').filter((path) => path !== '')
  return [...new Set(paths)].filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile())
}

export const readText = (root: string, path: string): string => readFileSync(join(root, path), 'utf8')

/** Lines of a tool's report, without the empty ones. */
export const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

/** The verdict over a tool's exit code: its report when it failed. */
export const verdictOf = (finished: Finished, seen: string): Verdict => ({
  seen,
  findings: finished.code === 0 ? [] : [...linesOf(finished.all), `exit code ${finished.code}`],
})
