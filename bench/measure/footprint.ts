import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Proportional set size of a process in megabytes where the system tells it (Linux), else undefined. */
export function memoryMb(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1000
}

/** Megabytes of the files of a folder. */
export function diskMb(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6
}

/** The same for a process and all it started, that still run. */
export function treeMemoryMb(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const parents = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name))
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), Number(name)])
  }
  const sum = (process: number): number =>
    (memoryMb(process) ?? 0) + (parents.get(process) ?? []).reduce((total, child) => total + sum(child), 0)
  return sum(pid)
}

/** Undefined for a process that ended meanwhile. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}
