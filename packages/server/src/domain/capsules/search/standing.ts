import type { Source } from '@forge-cascade/contract'
import type { PartOf, VersionContent } from '../capsule.ts'

/** Where a version stands among others, and who said it when; undefined for what it does not say. */
export interface Standing {
  /** Names the session or document it is a part of, within everything that is stored. */
  readonly thread: string | undefined
  /** Its order in the thread, from 0; neighbours differ by one. */
  readonly position: number | undefined
  readonly speaker: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number | undefined
}

/** What ranking goes by beside the text: the same function for every store, so that all rank alike. */
export function standingOf(
  { source, identity, lane, fold }: Pick<VersionContent, 'source' | 'identity' | 'lane' | 'fold'>,
  partOf: PartOf | null,
  owner: string,
): Standing {
  const saidAt = source?.at === undefined ? Number.NaN : Date.parse(source.at)
  const said = { speaker: speakerOf(source), at: Number.isNaN(saidAt) ? undefined : saidAt }
  if (partOf !== null) return { thread: partOf.id, position: partOf.index, ...said }
  if (source?.kind !== 'chat' || source.index === undefined) return { thread: undefined, position: undefined, ...said }
  // Two conversations of one name in different scopes are two.
  const thread = JSON.stringify([owner, identity, lane, fold, source.conversation, source.session ?? null])
  return { thread, position: source.index, ...said }
}

function speakerOf(source: Source | null): string | undefined {
  if (source === null) return undefined
  if (source.kind === 'chat') return source.speaker
  if (source.kind === 'file' || source.kind === 'url') return source.author
  return source.kind === 'person' ? source.name : undefined
}

/** True where a name means this speaker: the whole name or its first word. */
export const isNamed = (speaker: string, name: string): boolean => speaker === name || speaker.startsWith(`${name} `)
