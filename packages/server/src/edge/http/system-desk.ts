import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Backup } from '@forge-cascade/contract'
import { CascadeError, type Clock, toRfc3339 } from '#base'
import type { Health } from '#boot'
import type { Call, CapsuleContext } from '#capsules'
import { explainConfig, type LoadedConfig } from '#config'
import type { LoopLagMonitor } from '#observability'
import type { Command } from '#store'
import type { SystemDesk } from './handlers/index.ts'

export interface SystemDeskOptions {
  readonly context: CapsuleContext
  readonly loaded: LoadedConfig
  readonly health: Health
  readonly lag: LoopLagMonitor
  readonly clock: Clock
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Folder for backups whose path the caller leaves open; absolute. */
  readonly backupDir: string
  /** Writes a whole copy of the store. */
  readonly writeBackup: (file: string) => Promise<void>
}

/** What the instance says of itself, and the backup it writes on request. */
export function createSystemDesk(options: SystemDeskOptions): SystemDesk {
  const { context, loaded, health, lag, clock, version, startedAt } = options
  return {
    health: () => {
      const boot = health.bootReport
      if (!boot) throw new CascadeError('UNAVAILABLE', 'The instance is still starting.')
      return {
        status: boot.status,
        version,
        uptime_s: Math.max(0, (clock() - startedAt) / 1000),
        sequence: context.store.head(),
        boot: {
          started_at: boot.started_at,
          took_ms: boot.took_ms,
          chunks: boot.chunks.map(({ name, priority, status, took_ms, reason }) => ({
            name,
            priority,
            status,
            took_ms,
            reason: reason ?? null,
          })),
        },
        store: { name: context.store.capabilities().name, ready: true },
        embedder: { model: context.embedder.model, dimensions: context.embedder.dimensions },
        event_loop_lag_p99_ms: lag.p99Seconds() * 1000,
      }
    },
    config: () =>
      explainConfig(loaded).map(({ key, value, origin, description }) => ({
        key,
        value: value ?? null,
        origin,
        description,
      })),
    backup: async (call, asked) => {
      const path = asked ?? newPath(options.backupDir, clock())
      assertFree(path)
      const sequence = context.store.head()
      await options.writeBackup(path)
      await tellBackup(context, call, sequence)
      return describe(path, sequence)
    },
  }
}

/** A name that sorts by time, in a folder that only this user reads. */
function newPath(directory: string, now: number): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return join(directory, `cascade-${toRfc3339(now).replaceAll(/[:.]/g, '-')}.backup`)
}

/** @throws CascadeError UNPROCESSABLE for a path that is relative, taken, or has no folder. */
function assertFree(path: string): void {
  if (!isAbsolute(path)) throw new CascadeError('UNPROCESSABLE', `The path of a backup is absolute; got ${path}.`)
  if (existsSync(path))
    throw new CascadeError('UNPROCESSABLE', `${path} is there already; a backup never replaces a file.`)
  if (!existsSync(dirname(path))) throw new CascadeError('UNPROCESSABLE', `The folder ${dirname(path)} does not exist.`)
}

async function describe(path: string, sequence: number): Promise<Backup> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { path, bytes: statSync(path).size, sequence, sha256: hash.digest('hex') }
}

/** That somebody took the knowledge with them is part of the record. */
async function tellBackup(
  { store }: CapsuleContext,
  { command, grant }: Call<'system.backup'>,
  sequence: number,
): Promise<void> {
  const record: Command['records'][number] = {
    category: 'system',
    type: 'system.backed_up',
    actor: grant.subject,
    correlationId: grant.correlationId,
    subject: 'system/store',
    digests: {},
    payload: { sequence, decision_id: grant.decisionId },
  }
  const event = { type: 'cascade.system.backed_up', subject: 'system/store', data: { sequence } }
  const [outcome] = await store.append([{ ...command, grant, changes: [], records: [record], events: [event] }])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a record.')
}
