import { join } from 'node:path'
import type { ObjectStore } from '#archive'
import { type Clock, systemClock } from '#base'
import { Archives, type ArchiveTarget, type CapsuleContext, dueBy } from '#capsules'
import { type Config, type LiveConfig, listOf, parseRetentionRule } from '#config'
import type { Gate } from '#governance'
import type { Subject } from '#identity'
import type { Metrics, RootLogger } from '#observability'
import { BucketObjects, FolderObjects } from './adapters/objects/index.ts'
import { RetentionJob } from './edge/jobs/index.ts'

/** Where segments lie when nobody says otherwise. */
const FOLDER = 'archive'

/** The archives of the instance, in the place that is configured. */
export const composeArchives = (config: Config, directory: string, context: CapsuleContext): Archives =>
  new Archives({ context, objects: openObjects(config, directory), compressionLevel: config.archive.compression_level })

function openObjects({ archive }: Config, directory: string): ObjectStore {
  const { endpoint, bucket, access_key, secret_key, prefix, region, path_style, timeout_ms } = archive.s3
  if (endpoint !== undefined && bucket !== undefined && access_key !== undefined && secret_key !== undefined) {
    const keys = { accessKey: access_key, secretKey: secret_key }
    const address = { endpoint, bucket, prefix, region, pathStyle: path_style }
    return new BucketObjects({ ...address, ...keys, timeoutMs: timeout_ms, clock: systemClock })
  }
  const named = archive.directory
  return named === undefined ? new FolderObjects(join(directory, FOLDER), true) : new FolderObjects(named, false)
}

export interface RetentionParts {
  readonly live: LiveConfig
  readonly archives: Archives
  readonly metrics: Metrics
  readonly gate: Gate
  /** On whose behalf it acts. */
  readonly subject: Subject
  readonly newId: () => string
  readonly clock: Clock
  readonly log: RootLogger
  /** The signal of whoever may stop it. */
  readonly halt: () => AbortSignal
}

/** Moves by itself what has reached its retention. */
export function openRetention({ live, gate, subject, newId, ...parts }: RetentionParts): RetentionJob {
  const request = { action: 'capsule.offload', resource: '*', subject, reach: 'lines' } as const
  return new RetentionJob({
    archives: parts.archives,
    due: () => retentionOf(live.loaded.config, parts.clock()),
    grant: () => gate.retried({ ...request, correlationId: newId() }),
    metrics: parts.metrics,
    halt: parts.halt,
    clock: parts.clock,
    log: parts.log,
  })
}

/** What is due by now, as the configuration says. */
export function retentionOf({ memory }: Config, now: number): ArchiveTarget {
  const rules = listOf(memory.retention).flatMap((text) => parseRetentionRule(text) ?? [])
  return dueBy({ rules, days: memory.retentionDays ?? null }, now)
}
