import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PROGRAM } from './program.ts'

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the cascade command to its end. */
export const runCascade = (...args: readonly string[]): Promise<CommandResult> => runCascadeWith({}, ...args)

/** The same with more in its environment. */
export async function runCascadeWith(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<CommandResult> {
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  try {
    await once(child, 'close')
  } finally {
    child.kill('SIGKILL')
  }
  return { code: child.exitCode, stdout, stderr }
}
