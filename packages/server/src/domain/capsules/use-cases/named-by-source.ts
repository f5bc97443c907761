import type { Source } from '@forge-cascade/contract'

/** Whom a source names as the one whose words these are; nothing where it names nobody. */
export function namedBySource(source: Source | null): string | undefined {
  if (source === null) return undefined
  switch (source.kind) {
    case 'file':
    case 'url':
      return source.author || undefined
    case 'chat':
      return source.speaker || undefined
    case 'person':
    case 'agent':
      return source.name || undefined
    case 'skill':
    case 'overlay':
      return undefined
  }
}
