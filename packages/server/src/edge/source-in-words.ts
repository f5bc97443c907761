import type { Source } from '@forge-cascade/contract'

/** Where a version comes from, in words; null where nothing is known. */
export function sourceInWords(source: Source | null): string | null {
  if (source === null) return null
  switch (source.kind) {
    case 'file':
      return `${source.path}${linesOf(source)}${source.heading === undefined ? '' : `, ${source.heading}`}`
    case 'url':
      return source.title === undefined ? source.url : `${source.title} (${source.url})`
    case 'chat':
      return [source.speaker ?? 'someone', `in ${source.conversation}`, source.at].filter(Boolean).join(', ')
    case 'skill':
      return `skill ${source.skill}`
    case 'overlay':
      return `overlay ${source.overlay}`
    case 'person':
    case 'agent':
      return source.name
  }
}

const linesOf = ({ start_line, end_line }: Extract<Source, { kind: 'file' }>): string =>
  start_line === undefined
    ? ''
    : `:${start_line}${end_line === undefined || end_line === start_line ? '' : `-${end_line}`}`
