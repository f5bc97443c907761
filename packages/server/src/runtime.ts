import { CascadeError } from '#base'

export const NODE_MAJOR_MIN = 24
/** Older ones can corrupt a database when a checkpoint meets a commit (the WAL-reset bug, fixed in 3.51.3). */
export const SQLITE_MIN = [3, 51, 3] as const

/**
 * Checks that this Node.js can carry the instance, before anything is opened.
 *
 * @throws CascadeError BOOT_FAILED with what was found and what is needed.
 */
export function checkRuntime(versions: NodeJS.ProcessVersions = process.versions): void {
  const node = versions.node
  if (Number(node.split('.')[0]) < NODE_MAJOR_MIN) {
    throw new CascadeError('BOOT_FAILED', `Node.js ${NODE_MAJOR_MIN} or newer is needed; this is ${node}.`)
  }
  const sqlite = versions.sqlite ?? 'none'
  if (!isAtLeast(sqlite, SQLITE_MIN)) {
    throw new CascadeError(
      'BOOT_FAILED',
      `SQLite ${SQLITE_MIN.join('.')} or newer is needed; this Node.js has ${sqlite}.`,
    )
  }
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
