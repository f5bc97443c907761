import { expect, test } from 'vitest'
import { TextPlaces } from './text-places.ts'

test.for([
  { text: '', at: 0, place: { line: 1, column: 1 } },
  { text: 'ab\ncd\n', at: 1, place: { line: 1, column: 2 } },
  { text: 'ab\ncd\n', at: 2, place: { line: 1, column: 3 } },
  { text: 'ab\ncd\n', at: 3, place: { line: 2, column: 1 } },
  { text: 'ab\ncd\n', at: 6, place: { line: 3, column: 1 } },
])('place $at of %j', ({ text, at, place }) => {
  expect(new TextPlaces(text).of(at)).toEqual(place)
})
