import type { EvidenceVerdict } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { number, plural } from './words.ts'

/** What the verification of a bundle came to. */
export function verdictLines(found: EvidenceVerdict, { paint }: View): string[] {
  const { origin, signed_by, cosigned_by = [], size = 0, entries = 0, files = 0, made_at } = found
  const head = found.valid
    ? `${paint.good('sound')}  ${plural(entries, 'entry')} of the ${number(size)} of ${oneLine(origin ?? '')}, ${plural(files, 'file')}`
    : `${paint.bad('damaged')}${found.bad === undefined ? '' : ` at ${oneLine(found.bad)}`}: ${oneLine(found.reason ?? 'it is not as it was written')}`
  return [
    head,
    ...(signed_by === undefined ? [] : [`  signed by  ${oneLine(signed_by)}`]),
    ...cosigned_by.map((key) => `  and by     ${oneLine(key)}`),
    ...(made_at === undefined ? [] : [paint.faint(`  made at    ${made_at}, as the log says`)]),
    ...(found.key === 'bundle' && found.valid ? ownKeyLines(paint) : []),
  ]
}

const ownKeyLines = (paint: View['paint']): string[] => [
  paint.warn('Held against the key that lies in it: it is whole, and that says nothing of who made it.'),
  'Get the key from whoever runs the instance, by another way, and pass it with --key.',
]
