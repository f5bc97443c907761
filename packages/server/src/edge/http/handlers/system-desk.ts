import type { Backup, BackupRequest } from '@forge-cascade/contract'
import { CascadeError, type Clock, isCascadeError } from '#base'
import type { Health } from '#boot'
import type { Call, Embedder } from '#capsules'
import type { ConfigRow } from '#config'
import type { Finding, Repaired, UnitOfWork } from '#store'
import type { DeepAnswer, SystemDesk } from './handler-context.ts'

export interface SystemDeskOptions {
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly clock: Clock
  readonly store: Pick<UnitOfWork, 'head' | 'ready' | 'capabilities'>
  readonly embedder: Pick<Embedder, 'model' | 'dimensions'>
  readonly health: Health
  /** Rows with secrets hidden, asked each time because some values change while the instance runs. */
  readonly config: () => readonly ConfigRow[]
  /** 99th percentile of the event loop's lag, in seconds. */
  readonly lagSeconds: () => number
  /** Absent where nobody tries it. */
  readonly probe?: () => Promise<DeepAnswer>
  /** Gives the folder back; absent where it is nobody's to ask for. */
  readonly handOver?: () => void
  /** What is found beside the store; nothing where that is all there is. */
  readonly findings?: () => Promise<readonly Finding[]>
  readonly repair?: (call: Call<'system.repair'>) => Promise<RepairFindings>
  /** Absent where the store cannot do it. */
  readonly backup?: (call: Call<'system.backup'>, asked: BackupRequest) => Promise<Backup>
}

interface RepairFindings {
  readonly repaired: readonly Repaired[]
  readonly findings: readonly Finding[]
}

/** What the instance says about itself, gathered from its parts. */
export function createSystemDesk(options: SystemDeskOptions): SystemDesk {
  const { version, startedAt, clock, store, embedder, health, config, lagSeconds } = options
  const { backup, probe, handOver, findings, repair } = options
  return {
    health: async () => ({
      ...bootOf(health, startedAt),
      version,
      uptime_s: Math.max(0, clock() - startedAt) / 1000,
      sequence: store.head(),
      store: { name: store.capabilities().name, ready: await isReady(store) },
      embedder: { model: embedder.model, dimensions: embedder.dimensions },
      event_loop_lag_p99_ms: lagSeconds() * 1000,
    }),
    config: () => config().map(({ key, value = null, origin, description }) => ({ key, value, origin, description })),
    probe: async () => probe?.() ?? health.ready(),
    handOver: () => {
      if (handOver) return handOver()
      throw new CascadeError('CONFLICT', 'This instance serves others, and keeps its folder until it is stopped.')
    },
    findings: async () => (await findings?.()) ?? [],
    repair: async (call) => {
      const report = (await repair?.(call)) ?? { repaired: [], findings: [] }
      return {
        repaired: [...report.repaired],
        ok: report.findings.every(({ ok }) => ok),
        findings: [...report.findings],
      }
    },
    backup: async (call, asked) => {
      if (backup) return backup(call, asked)
      throw new CascadeError('UNPROCESSABLE', `The store "${store.capabilities().name}" has no online backup.`)
    },
  }
}

function bootOf({ bootReport }: Health, startedAt: number) {
  if (!bootReport) {
    const started_at = new Date(startedAt).toISOString()
    return { status: 'degraded' as const, boot: { started_at, took_ms: 0, chunks: [] } }
  }
  const chunks = bootReport.chunks.map(({ name, priority, status, took_ms, reason = null }) => ({
    name,
    priority,
    status,
    took_ms,
    reason,
  }))
  return { status: bootReport.status, boot: { started_at: bootReport.started_at, took_ms: bootReport.took_ms, chunks } }
}

async function isReady(store: Pick<UnitOfWork, 'ready'>): Promise<boolean> {
  try {
    await store.ready()
    return true
  } catch (error) {
    if (isCascadeError(error)) return false
    throw error
  }
}
