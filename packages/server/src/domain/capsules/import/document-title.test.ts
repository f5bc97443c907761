import { describe, expect, test } from 'vitest'
import { fileTitle, ownTitle } from './document-title.ts'

describe('a text calls itself', () => {
  test.for([
    { name: 'nothing without a heading', body: 'just text', title: undefined },
    { name: 'nothing when it is empty', body: '', title: undefined },
    { name: 'by the heading it begins with', body: '\n\n# Guide #\ntext\n# Part', title: 'Guide' },
    { name: 'by a lower heading it begins with', body: '## Guide\n## Part', title: 'Guide' },
    { name: 'by an underlined one', body: 'Guide\n=====\n\nPart\n====\n', title: 'Guide' },
    { name: 'by its only one of the first level', body: 'A badge\n\n# Guide\n## Part\n## Part', title: 'Guide' },
    { name: 'nothing with chapters', body: '- Date: today\n\n# Summary\n# Motivation', title: undefined },
    { name: 'nothing with underlined chapters', body: 'x\n\nSummary\n===\n\nMotivation\n===\n', title: undefined },
    { name: 'not by a chapter', body: '- Date: today\n\n## Summary\n# Drawbacks', title: undefined },
    { name: 'not by code', body: '```sh\n# install\n~~~\n# more\n```\ntext', title: undefined },
    { name: 'not by a hash', body: '#hashtag\n####### seven', title: undefined },
    { name: 'not by a rule alone', body: '====\n', title: undefined },
    { name: 'the same with the line ends of Windows', body: 'x\r\n# Guide\r\ntext', title: 'Guide' },
    { name: 'quickly with a line of marks', body: `# ${'# '.repeat(50_000)}x`, title: expect.any(String) },
  ])('$name', ({ body, title }) => {
    expect(ownTitle(body)).toEqual(title)
  })
})

test.for([
  ['text/0141-lifetime-elision.md', '0141 lifetime elision'],
  ['2024-01-05_meeting_notes.md', '2024-01-05 meeting notes'],
  ['README', 'README'],
  ['a.b.md', 'a.b'],
  ['--.md', '--.md'],
  ['.hidden', '.hidden'],
])('the file %s is called %s', ([path, title]) => {
  expect(fileTitle(path ?? '')).toBe(title)
})
