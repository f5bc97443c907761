import { CascadeError } from '#base'

export const NODE_MAJOR_MIN = 24
/** Older ones can corrupt a database when a checkpoint meets a commit (the WAL-reset bug, fixed in 3.51.3). */
export const SQLITE_MIN = [3, 51, 3] as const

/**
 * Checks that this Node.js can carry the instance, before anything is opened.
 *
 * @throws CascadeError BOOT_FAILED with what was found and what is needed.
 */
export function checkRuntime({ node, sqlite = 'none' }: NodeJS.ProcessVersions = process.versions): void {
  if (!isAtLeast(node, [NODE_MAJOR_MIN])) throw tooOld(`Node.js ${NODE_MAJOR_MIN} or newer is needed; this is ${node}.`)
  if (!isAtLeast(sqlite, SQLITE_MIN)) {
    const found = `this Node.js (${node}) has ${sqlite}. A newer Node.js brings it.`
    throw tooOld(`SQLite ${SQLITE_MIN.join('.')} or newer is needed; ${found}`)
  }
}

const tooOld = (detail: string): CascadeError => new CascadeError('BOOT_FAILED', detail)

/** False for what is no version: a part that is no number is not above anything. */
function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map((part) => (part === '' ? Number.NaN : Number(part)))
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
