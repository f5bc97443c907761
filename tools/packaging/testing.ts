import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Finished, runCommand } from '../checks/check.ts'
import { ROOT } from '../node-runtime.mjs'

const PINNED = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`)
const READY_MS_MAX = 30_000

export interface Packed {
  /** Path of the archive. */
  readonly archive: string
  /** What is in it, with `/`. */
  readonly files: readonly string[]
}

/** Builds and packs the package as `npm pack` does, into `folder`. */
export async function pack(folder: string): Promise<Packed> {
  const packed = await npm(['pack', '--json', '--pack-destination', folder], ROOT)
  const text = packed.output.slice(packed.output.indexOf('['))
  if (packed.code !== 0 || text === '') throw new Error(`npm pack failed: ${packed.all}`)
  // npm documents this shape: one member per archive, with its files.
  const [archive] = JSON.parse(text) as { readonly filename: string; readonly files: { readonly path: string }[] }[]
  if (archive === undefined) throw new Error(`npm packed nothing: ${packed.all}`)
  return { archive: join(folder, archive.filename), files: archive.files.map(({ path }) => path).sort() }
}

/**
 * Installs the archive in `folder` as a person without a network and without install scripts does. The pinned runtime
 * comes from the repository's own installation, as a link: npm checks that it is the one that the package asks for.
 */
export async function install(archive: string, folder: string): Promise<void> {
  const runtime = existsSync(PINNED) ? [PINNED] : []
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--install-links=false']
  const cache = ['--cache', join(folder, '.npm')]
  const done = await npm(['install', ...flags, ...cache, archive, ...runtime], folder)
  if (done.code !== 0) throw new Error(`npm install failed: ${done.all}`)
}

const npm = (args: readonly string[], cwd: string): Promise<Finished> =>
  process.platform === 'win32' ? runCommand('npm.cmd', args, cwd) : runCommand('npm', args, cwd)

/** `npx` in `folder`, with what is installed there. */
export const npx = (folder: string, ...args: readonly string[]): Promise<Finished> =>
  npm(['exec', '--offline', '--cache', join(folder, '.npm'), '--', ...args], folder)

/** The Node of this machine that is too old for the program, found along PATH; undefined where there is none. */
export async function findOlderNode(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
    if (!existsSync(path)) continue
    const { output } = await runCommand(path, ['--version'], ROOT)
    if (/^v2[0-3]\./.test(output)) return path
  }
  return undefined
}

export interface Answer {
  readonly found: boolean
  readonly answer: string
}

/**
 * Starts the installed program with `node` in `folder`, asks it over HTTP, and ends it as a service manager does.
 *
 * @returns the answer, and the exit code.
 */
export async function startAndAsk(node: string, folder: string, question: string) {
  const bin = join(folder, 'node_modules/forge-cascade/bin/forge-cascade.mjs')
  const child = spawn(node, [bin, 'start', '--port', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  // Whatever ends this process early must not leave a server behind; a launcher hands this signal on.
  const end = (): void => void child.kill('SIGTERM')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  const late = setTimeout(() => child.kill('SIGTERM'), READY_MS_MAX)
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text))
  try {
    const text = await readGreeting(createInterface({ input: child.stderr }), () => log)
    const token = readFileSync(factIn(text, 'token'), 'utf8').trim()
    const answer = await ask(factIn(text, 'address'), token, question)
    return { tokenFile: factIn(text, 'token'), answer, code: await stop() }
  } finally {
    await stop()
    clearTimeout(late)
  }

  async function stop(): Promise<number | null> {
    child.kill('SIGTERM')
    await exited
    return child.exitCode
  }
}

/** What it prints until it waits for Ctrl-C; by then the samples are in. */
async function readGreeting(lines: AsyncIterable<string>, log: () => string): Promise<string> {
  let text = ''
  for await (const line of lines) {
    text += `${line}\n`
    if (line.startsWith('Ctrl-C')) return text
  }
  throw new Error(`it ended before it was ready: ${text}${log()}`)
}

function factIn(greeting: string, name: string): string {
  const value = new RegExp(`^ +${name} +(.+)$`, 'm').exec(greeting)?.[1]
  if (value === undefined) throw new Error(`it did not say its ${name}: ${greeting}`)
  return value
}

async function ask(url: string, token: string, question: string): Promise<Answer> {
  const response = await fetch(`${url}/v2/ask`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ question }),
  })
  if (response.status !== 200) throw new Error(`asked, got ${response.status}: ${await response.text()}`)
  // The contract's schema of this route; the server's own tests see to it.
  return (await response.json()) as Answer
}
