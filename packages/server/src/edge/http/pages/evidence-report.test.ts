import { expect, test } from 'vitest'
import { evidenceMarkdown, evidencePage } from './evidence-report.ts'

const HOSTILE = '</td><script>alert(1)</script> | `x` [a](javascript:alert(1))\n# h'

const entryOf = (index: number, fields = {}) => ({
  index,
  time: new Date(Date.UTC(2026, 2, 1, 9) + index * 60_000).toISOString(),
  type: 'capsule.created',
  subject: `capsule/${index}`,
  actor: 'ada',
  correlation_id: 'request',
  ...fields,
})
const reportOf = (entries: readonly ReturnType<typeof entryOf>[], query = {}) => ({
  ...{ origin: 'cascade/1', size: 900, madeAt: '2026-03-02T09:00:00.000Z', query, entries },
})

test('what is hostile in an entry stays text', () => {
  const fields = { type: HOSTILE, subject: HOSTILE, actor: HOSTILE, correlation_id: HOSTILE }
  const report = { ...reportOf([entryOf(1, fields)], { operation: HOSTILE }), origin: HOSTILE }
  const page = evidencePage(report)
  expect(page).not.toContain('<script')
  expect(page.match(/<\/?main/g)).toHaveLength(2)
  const markdown = evidenceMarkdown(report)
  expect(markdown).not.toMatch(/(?<!\\)<script/)
  expect(markdown).not.toMatch(/(?<!\\)\[a\]|^# h/m)
})

test('of many entries the first are shown, and all are counted and drawn', () => {
  const report = reportOf(Array.from({ length: 800 }, (_, index) => entryOf(index)))
  for (const text of [evidencePage(report), evidenceMarkdown(report)]) {
    expect(text).toContain('800 of the 900 entries')
    expect(text).toContain('The first 500 of 800')
    expect(text.match(/entries\/\d+\.json/g)).toHaveLength(500)
  }
  expect(evidencePage(report).match(/<rect/g)).toHaveLength(80)
})

test('the rarest of many kinds share a lane', () => {
  const page = evidencePage(
    reportOf(Array.from({ length: 30 }, (_, index) => entryOf(index, { type: `kind.${index}` }))),
  )
  expect(page.match(/<line/g)).toHaveLength(10)
  expect(page).toMatch(/>other kinds<.*>21</s)
})

test('a bundle without entries says so', () => {
  const page = evidencePage(reportOf([], { operation: 'capsule.flown' }))
  expect(page).toContain('Nothing of that kind has happened.')
  expect(page).toContain('operation capsule.flown')
  expect(evidenceMarkdown(reportOf([]))).toContain('0 of the 900')
})

test('one moment is drawn too', () => {
  const page = evidencePage(reportOf([entryOf(0), entryOf(0)]))
  expect(page.match(/<rect/g)).toHaveLength(1)
  expect(page).not.toContain('NaN')
})

test('the page loads nothing and runs nothing', () => {
  const page = evidencePage(reportOf([entryOf(0)]))
  expect(page).toContain('default-src &#39;none&#39;; style-src &#39;sha256-')
  expect(page).not.toMatch(/src=|@import|url\(|https?:\/\//)
})
