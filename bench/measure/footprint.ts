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
