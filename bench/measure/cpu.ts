import { readFileSync } from 'node:fs'

/** Clock ticks of a second in /proc: fixed on every architecture that Linux runs Node on. */
const TICKS_PER_S = 100

/** Processor seconds that a process has used, all its threads together, in steps of 10 ms; undefined where the system does not tell. */
export function cpuSeconds(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  // The name of the process, in parentheses, may hold blanks; fields are counted after it. utime and stime are 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

/** Runs something and says how many milliseconds of processor time this process spent on each of `count`. */
export async function withCpu<T>(
  work: () => Promise<T>,
  count = 1,
): Promise<{ readonly value: T; readonly cpuMs: number }> {
  const before = process.cpuUsage()
  const value = await work()
  const { user, system } = process.cpuUsage(before)
  return { value, cpuMs: (user + system) / 1000 / count }
}
