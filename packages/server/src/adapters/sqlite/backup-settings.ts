import type { Config } from '#config'
import type { SqliteStoreOptions } from './open-sqlite-store.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** What the configuration says of backups, their keys and shipping. */
export function backupSettings({ store, backup }: Pick<Config, 'store' | 'backup'>): Partial<SqliteStoreOptions> {
  return {
    ...(store.backup_dir !== undefined && { backups: store.backup_dir }),
    ...(backup.keys !== undefined && { keys: backup.keys }),
    ...shippingOf(backup.ship),
  }
}

function shippingOf(ship: Config['backup']['ship']): Pick<SqliteStoreOptions, 'shipping'> {
  const { directory: target, every_seconds, segment_bytes: bytes, waiting_bytes_max: waitingBytesMax, keep_days } = ship
  if (target === undefined) return {}
  return { shipping: { target, bytes, waitingBytesMax, everyMs: every_seconds * 1000, keepMs: keep_days * DAY_MS } }
}
