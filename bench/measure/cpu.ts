import { readFileSync } from 'node:fs'

/** Clock ticks of a second in /proc: fixed on every architecture that Linux runs Node on. */
const TICKS_PER_S = 100

/** Processor seconds that a process has used, all its threads together; undefined where the system does not tell. */
export function cpuSeconds(pid: number): number | undefined {
  if (pid === process.pid) {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
  if (process.platform !== 'linux') return undefined
  // The name of the process, in parentheses, may hold blanks; fields are counted after it. utime and stime are 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

/** Runs something and says how much processor time a process spent meanwhile. */
export async function withCpu<T>(pid: number, work: () => Promise<T>): Promise<{ value: T; cpuS: number | undefined }> {
  const before = cpuSeconds(pid)
  const value = await work()
  const after = cpuSeconds(pid)
  return { value, cpuS: before === undefined || after === undefined ? undefined : after - before }
}
