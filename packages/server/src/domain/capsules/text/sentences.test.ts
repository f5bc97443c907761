import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sentences } from './sentences.ts'

const cut = (text: string): string[] => sentences(text).map(({ start, end }) => text.slice(start, end))

test.for([
  { name: 'nothing of nothing', text: '', expected: [] },
  { name: 'nothing of white space and rules', text: ' \r\n\t\n---\n***\n', expected: [] },
  {
    name: 'a code block as one, also when it never ends',
    text: 'Run. Now.\n```js\na. B.\n\nc',
    expected: ['Run.', 'Now.', '```js\na. B.\n\nc'],
  },
  {
    name: 'a fence within a longer fence as text',
    text: '````\n```\nA. B.\n````\nEnd.',
    expected: ['````\n```\nA. B.\n````', 'End.'],
  },
  {
    name: 'a sentence over soft line breaks',
    text: 'One goes\r\non here. Two.',
    expected: ['One goes\r\non here.', 'Two.'],
  },
  { name: 'paragraphs without a full stop', text: 'one\n\ntwo', expected: ['one', 'two'] },
  {
    name: 'headings without their marks',
    text: '# Title\nText.\n\nOld style\n====\nMore',
    expected: ['Title', 'Text.', 'Old style', 'More'],
  },
  {
    name: 'list items, with several sentences in one',
    text: '- First. Second.\n  Third\n2. Two\n* [x] done',
    expected: ['First.', 'Second.', 'Third', 'Two', 'done'],
  },
  {
    name: 'table rows without the rule',
    text: '| a | b. C |\n|---|:--:|\n| 1 | 2 |',
    expected: ['| a | b. C |', '| 1 | 2 |'],
  },
  { name: 'quoted text without the first mark', text: '> It works. Really.', expected: ['It works.', 'Really.'] },
  {
    name: 'abbreviations and initials whole',
    text: 'Dr. Smith met J. Doe, e.g. Tuesday. They ate.',
    expected: ['Dr. Smith met J. Doe, e.g. Tuesday.', 'They ate.'],
  },
  {
    name: 'decimals and versions whole',
    text: 'Use 1.2.3 at 0.5. Then stop!',
    expected: ['Use 1.2.3 at 0.5.', 'Then stop!'],
  },
  {
    name: 'German ordinals whole',
    text: 'Der Umzug findet am 3. März statt. Am 21. April ist der 2. Termin. Schluss.',
    expected: ['Der Umzug findet am 3. März statt.', 'Am 21. April ist der 2. Termin.', 'Schluss.'],
  },
  {
    name: 'German and English abbreviations whole',
    text: 'Es gibt z. B. Äpfel, d. h. Obst. Siehe Nr. 4 bei Dr. Weber, vgl. Abb. 2. Use A, i.e. B vs. C in Fig. 4. Let x be z. End it.',
    expected: [
      'Es gibt z. B. Äpfel, d. h. Obst.',
      'Siehe Nr. 4 bei Dr. Weber, vgl. Abb. 2.',
      'Use A, i.e. B vs. C in Fig. 4.',
      'Let x be z.',
      'End it.',
    ],
  },
  {
    name: 'the sentences on both sides of a year, and of a small number before a word that begins a sentence',
    text: 'It was in 2024. Then we left. We kept 12. The rest went. It has 3.  New text. It has 4.',
    expected: [
      'It was in 2024.',
      'Then we left.',
      'We kept 12.',
      'The rest went.',
      'It has 3.',
      'New text.',
      'It has 4.',
    ],
  },
  { name: 'Chinese sentences', text: '他来了。他走了！', expected: ['他来了。', '他走了！'] },
])('gives $name', ({ text, expected }) => {
  expect(cut(text)).toEqual(expected)
})

const markdownLine = fc.constantFrom(
  '# h',
  '- item one. Item two.',
  '```',
  '~~~',
  'plain text. More',
  '',
  '  ',
  '| a | b |',
  '|---|',
  '> q',
  '1. x',
  '===',
  'é😀',
  '\ud800',
)

test('sentences stand in order, do not overlap, and have no white space at their ends', () => {
  fc.assert(
    fc.property(fc.array(markdownLine), fc.constantFrom('\n', '\r\n', '\r'), (lines, ending) => {
      const text = lines.join(ending)
      let last = 0
      for (const { start, end } of sentences(text)) {
        expect(start).toBeGreaterThanOrEqual(last)
        expect(end).toBeGreaterThan(start)
        expect(text.slice(start, end).trim()).toBe(text.slice(start, end))
        last = end
      }
      expect(last).toBeLessThanOrEqual(text.length)
    }),
  )
})

test('every word of plain prose is in a sentence', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[A-Za-z]{1,9}[.,!?]?$/), { maxLength: 60 }), (words) => {
      expect(cut(words.join(' ')).join(' ')).toBe(words.join(' '))
    }),
  )
})

test.for(['.', 'a. ', '> ', '- ', '`', '#', '1. ', '😀', '\ud83d', '| '])('takes 128 KiB of "%s"', (unit) => {
  const text = unit.repeat(131_072 / unit.length)
  const found = sentences(text)
  expect(found.every(({ start, end }) => start < end && end <= text.length)).toBe(true)
})
