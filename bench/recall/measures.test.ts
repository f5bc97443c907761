import { expect, test } from 'vitest'
import { chatDataset, momentOf } from './conversations.ts'
import { measure } from './measures.ts'

const hits = (keys: readonly string[], scoreOf = (at: number) => 1 - at / 100) =>
  keys.map((key, at) => ({ key, score: scoreOf(at) }))

test('counts evidence among the first, and discounts it by its rank', () => {
  const found = measure(hits(['x', 'a', 'y', 'z', 'v', 'b']), ['a', 'b', 'c'])
  expect(found).toMatchObject({ recall5: 1 / 3, recall10: 2 / 3, any10: 1, all10: 0, mrr: 1 / 2 })
  const gain = (rank: number) => 1 / Math.log2(rank + 1)
  expect(found.ndcg10).toBeCloseTo((gain(2) + gain(6)) / (gain(1) + gain(2) + gain(3)), 12)
})

test('a tie never speaks for the evidence', () => {
  expect(
    measure(
      hits(['a', 'x', 'y'], () => 1),
      ['a'],
    ).mrr,
  ).toBe(1 / 3)
})

test('nothing found is 0 everywhere', () => {
  expect(Object.values(measure([], ['a']))).toEqual([0, 0, 0, 0, 0, 0, 0])
})

test('reads evidence that is not well formed, and leaves out what names no turn', () => {
  const { questions, items } = chatDataset('talk', [
    {
      sample_id: 'c',
      conversation: {
        session_1_date_time: '1:56 pm on 8 May, 2023',
        session_1: [
          { speaker: 'Ada', dia_id: 'D1:1', text: 'Hello.', blip_caption: 'a photo of a cat' },
          { speaker: 'Bo', dia_id: 'D1:2', text: 'Hello Ada.' },
        ],
      },
      qa: [
        { question: 'Both?', evidence: ['D1:1; D:1:2', 'D1:1'], category: 1 },
        { question: 'Gone?', evidence: ['D9:9'], category: 2 },
        { question: 'None?', category: 3 },
      ],
    },
  ])
  expect(questions).toEqual([{ text: 'Both?', evidence: ['c/D1:1', 'c/D1:2'], category: '1', lane: 'c' }])
  expect(items[0]?.capsule).toMatchObject({
    content: 'Hello.\n[a photo of a cat]',
    lane: 'c',
    source: { kind: 'chat', conversation: 'c', session: 1, index: 0, speaker: 'Ada', at: '2023-05-08T13:56:00.000Z' },
  })
})

test.for([
  ['12:09 am on 13 September, 2023', '2023-09-13T00:09:00.000Z'],
  ['12:30 pm on 1 January 2024', '2024-01-01T12:30:00.000Z'],
  ['some day', undefined],
])('%s is %s', ([text, moment]) => {
  expect(momentOf(text ?? '')).toBe(moment)
})
