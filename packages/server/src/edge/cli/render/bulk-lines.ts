import type { BulkOperation, BulkPreview, Erasure } from '@forge-cascade/contract'
import { erasureLines } from './keeping-lines.ts'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf, number, plural } from './words.ts'

/** What a bulk change came to. */
export interface BulkSummary {
  readonly changed: number
  readonly unchanged: number
  readonly failed: number
  readonly erasure: Erasure | null
  /** The first of those that were left as they are. */
  readonly named: readonly { readonly id: string; readonly code: string; readonly detail: string }[]
}

const WOULD: Readonly<Record<BulkOperation, string>> = {
  tag: 'Would change the tags of',
  archive: 'Would archive',
  restore: 'Would bring back',
  erase: 'Would erase',
}

/** What a bulk change would be about. */
export function bulkPreviewLines(preview: BulkPreview, { paint, command }: View): string[] {
  const { count, sample, operation, held, token, expires_at } = preview
  if (count === 0)
    return [
      'Nothing was found that this would change.',
      paint.faint(`\`${command('search')}\` and \`${command('stats')}\` show what there is.`),
    ]
  const more = count - sample.length
  return [
    `${WOULD[operation]} ${plural(count, 'capsule')}. Nothing was changed.`,
    ...sample.map(({ id, version, title, status }) =>
      [`  ${id}`, version, ...(status === 'ACTIVE' ? [] : [status]), ...(title === null ? [] : [oneLine(title)])].join(
        '  ',
      ),
    ),
    ...(more > 0 ? [paint.faint(`  and ${number(more)} more`)] : []),
    `To do just this, until ${minuteOf(expires_at)} UTC: ${command(`bulk run ${token}`)}`,
    ...(held > 0 ? [paint.warn(`A legal hold keeps ${number(held)} of them: they stay as they are.`)] : []),
    ...(operation === 'erase' ? [paint.faint('Nothing undoes it.')] : []),
  ]
}

/** What a bulk change came to. */
export function bulkEndLines({ changed, unchanged, failed, erasure, named }: BulkSummary, view: View): string[] {
  const { paint } = view
  return [
    `Changed ${plural(changed, 'capsule')}${unchanged === 0 ? '' : `, ${number(unchanged)} already as wanted`}.`,
    ...(erasure === null ? [] : erasureLines(erasure, view)),
    ...(failed === 0 ? [] : [paint.warn(`Left as they are: ${plural(failed, 'capsule')}`)]),
    ...named.map(({ id, code, detail }) => `  ${id}  ${oneLine(detail)} (${code})`),
    ...(failed > named.length ? [paint.faint(`  and ${number(failed - named.length)} more: --json names all`)] : []),
  ]
}
