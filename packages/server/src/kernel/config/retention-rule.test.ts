import { expect, test } from 'vitest'
import { parseRetentionRule, RETENTION_DAYS_MAX } from './retention-rule.ts'

test.for([
  '',
  ':30',
  'lane=chat',
  'lane=chat:',
  'lane=chat:0',
  'lane=chat:-1',
  'lane=chat:1.5',
  'lane=chat:ever',
  'lane=:30',
  'lame=chat:30',
  'lane=a&lane=b:30',
  'type=poem:30',
  '__proto__=x:30',
])('%j is no rule', (text) => {
  expect(parseRetentionRule(text)).toBeUndefined()
})

test.for([
  { text: 'lane=chat:30', rule: { scope: { lane: 'chat' }, days: 30 } },
  { text: 'lane=contracts&tag=acme:never', rule: { scope: { lane: 'contracts', tag: 'acme' }, days: null } },
  { text: 'identity=a%2Cb%3A1:7', rule: { scope: { identity: 'a,b:1' }, days: 7 } },
  {
    text: `type=insight&fold=f:${RETENTION_DAYS_MAX}`,
    rule: { scope: { type: 'insight', fold: 'f' }, days: RETENTION_DAYS_MAX },
  },
])('$text is one', ({ text, rule }) => {
  expect(parseRetentionRule(text)).toEqual(rule)
})

test('a rule of more days than a hundred years is none', () => {
  expect(parseRetentionRule(`lane=chat:${RETENTION_DAYS_MAX}`)?.days).toBe(RETENTION_DAYS_MAX)
  expect(parseRetentionRule(`lane=chat:${RETENTION_DAYS_MAX + 1}`)).toBeUndefined()
})
