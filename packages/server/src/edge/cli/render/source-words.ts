import type { Capsule } from '@forge-cascade/contract'
import { oneLine } from './text.ts'

type Source = NonNullable<Capsule['source']>
type SourceOf<Kind extends Source['kind']> = Extract<Source, { kind: Kind }>

const WORDS: { readonly [Kind in Source['kind']]: (source: SourceOf<Kind>) => string } = {
  // `path:line` is what editors and terminals open.
  file: ({ path, start_line, heading }) =>
    [start_line === undefined ? path : `${path}:${start_line}`, heading].filter(Boolean).join(', '),
  url: ({ url }) => url,
  chat: ({ conversation, speaker, at }) => [speaker, `in ${conversation}`, at].filter(Boolean).join(' '),
  skill: ({ skill }) => `skill ${skill}`,
  overlay: ({ overlay }) => `overlay ${overlay}`,
  person: ({ name }) => name,
  agent: ({ name }) => `agent ${name}`,
}

/** Where a capsule comes from, on one line; undefined when it does not say. */
export function sourceWords(source: Capsule['source']): string | undefined {
  if (source === null) return undefined
  // The row of a kind takes the source of that kind; TypeScript does not follow the key through the table.
  const words = WORDS[source.kind] as (source: Source) => string
  return oneLine(words(source))
}
