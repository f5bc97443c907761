import { join } from 'node:path'
import type { ObjectStore } from '#archive'
import { Archives, type ArchiveTarget, type CapsuleContext, dueBy } from '#capsules'
import { type Config, listOf, parseRetentionRule } from '#config'
import { FolderObjects } from './adapters/objects/index.ts'

/** Where segments lie when nobody says otherwise. */
const FOLDER = 'archive'

/** The archives of the instance, in the place that is configured. */
export const composeArchives = (config: Config, directory: string, context: CapsuleContext): Archives =>
  new Archives({ context, objects: openObjects(config, directory), compressionLevel: config.archive.compression_level })

function openObjects({ archive }: Config, directory: string): ObjectStore {
  const named = archive.directory
  return named === undefined ? new FolderObjects(join(directory, FOLDER), true) : new FolderObjects(named, false)
}

/** What is due by now, as the configuration says. */
export function retentionOf({ memory }: Config, now: number): ArchiveTarget {
  const rules = listOf(memory.retention).flatMap((text) => parseRetentionRule(text) ?? [])
  return dueBy({ rules, days: memory.retentionDays ?? null }, now)
}
