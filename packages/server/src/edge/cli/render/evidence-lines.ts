import type { EvidenceVerdict, ReplayReport } from '@forge-cascade/contract'
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
    ...(found.valid && found.decisions !== undefined
      ? [paint.faint(`  decisions  of ${plural(found.decisions, 'entry')}, to be made again with gate replay`)]
      : []),
    ...(found.valid ? whoseKeyLines(found.key, paint) : []),
    ...(found.own_key === undefined ? [] : [ANOTHER_KEY]),
  ]
}

/** What decisions of a bundle came to when they were made again. */
export function replayLines(report: ReplayReport, { paint }: View): string[] {
  const { decisions, same, differs, no_input, no_policies, unreadable, findings } = report
  const isSame = differs + no_policies + unreadable === 0
  const counted = [
    [same, 'the same'],
    [differs, 'otherwise'],
    [no_input, 'not made again: the input has expired or was erased'],
    [no_policies, 'not made again: the policies are missing, or not sound'],
    [unreadable, 'not made again: the input cannot be read by this program'],
  ] as const
  return [
    `${isSame ? paint.good('the same') : paint.bad('not the same')}  ${plural(decisions, 'decision')} of ${plural(report.verified.decisions ?? 0, 'entry')}, made again by the policies of then`,
    ...counted.filter(([count]) => count > 0).map(([count, what]) => `  ${number(count).padStart(9)}  ${what}`),
    ...findings.flatMap(({ id, count, ledger_index, differs: found, reason }) => [
      `${paint.bad(found.length > 0 ? 'differs' : 'not made again')}  ${oneLine(id)}${count > 1 ? ` and ${number(count - 1)} more` : ''}, entry ${ledger_index}`,
      `  ${oneLine(reason)}`,
    ]),
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
