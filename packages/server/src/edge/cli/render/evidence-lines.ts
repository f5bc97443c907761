import type { EvidenceVerdict } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { number, plural } from './words.ts'

/** What the verification of a bundle came to. */
export function verdictLines(found: EvidenceVerdict, { paint }: View): string[] {
  const { origin, signed_by, cosigned_by = [], size = 0, entries = 0, files = 0, made_at } = found
  // What is whole all the same is not called damaged.
  const told = found.own_key ? 'another key' : found.not_cosigned_by ? 'not cosigned' : undefined
  const head = found.valid
    ? `${paint.good('sound')}  ${plural(entries, 'entry')} of the ${number(size)} of ${oneLine(origin ?? '')}, ${plural(files, 'file')}`
    : told !== undefined
      ? `${paint.bad(told)}: ${oneLine(found.reason ?? '')}`
      : `${paint.bad('damaged')}${found.bad === undefined ? '' : ` at ${oneLine(found.bad)}`}: ${oneLine(found.reason ?? 'it is not as it was written')}`
  return [
    head,
    ...(signed_by === undefined ? [] : [`  signed by  ${oneLine(signed_by)}`]),
    ...cosigned_by.map((key) => `  and by     ${oneLine(key)}`),
    ...(made_at === undefined ? [] : [paint.faint(`  made at    ${made_at}, as the log says`)]),
    ...(found.valid ? whoseKeyLines(found.key, paint) : []),
    ...(found.own_key === undefined ? [] : [ANOTHER_KEY]),
  ]
}

/** It may be another log's, or the key was changed; or somebody made all of it. */
export const ANOTHER_KEY = 'Whose that key is says nobody but who runs the instance: ask there, by another way.'

const whoseKeyLines = (key: EvidenceVerdict['key'], paint: View['paint']): string[] =>
  key === 'given' ? ['Signed with the key that was given.'] : ownKeyLines(paint)

const ownKeyLines = (paint: View['paint']): string[] => [
  paint.warn('Held against the key that lies in it: it is whole, and that says nothing of who made it.'),
  'Get the key from whoever runs the instance, by another way, and pass it with --key.',
]
