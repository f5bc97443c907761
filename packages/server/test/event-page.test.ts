import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECORD_TYPES } from '@forge-cascade/contract'
import { expect, test } from 'vitest'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/concepts/event.md'), 'utf8')

/** What stands in code in the first column of the table below this heading. */
function namesUnder(heading: string): readonly string[] {
  const [, ...rows] = (PAGE.split(`| ${heading} |`)[1] ?? '').split('\n\n', 1)[0]?.split('\n') ?? []
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

test('the page of events names the event of each kind of record, or why it has none', () => {
  const named = [
    ...namesUnder('type | when').map((type) => type.replace(/^cascade\./, '')),
    ...namesUnder('record | why'),
  ]
  expect(named.toSorted()).toEqual(RECORD_TYPES.toSorted())
})
