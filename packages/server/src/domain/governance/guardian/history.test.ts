import type { Action } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { NOVELTY_UNKNOWN, SubjectHistory, WARM_MS } from './history.ts'

const HOUR = 3_600_000
/** Monday, 9 o'clock UTC. */
const NINE = Date.UTC(2026, 2, 2, 9)

function open(subjectsMax?: number) {
  const time = { now: NINE }
  const history = new SubjectHistory({ clock: () => time.now, ...(subjectsMax && { subjectsMax }) })
  const note = (subject = 'ada', isAllowed = true, action: Action = 'capsule.read') =>
    history.note({ subject, action, isAllowed })
  const signal = (name: string, subject = 'ada', action: Action = 'capsule.read') =>
    history.signalsOf(subject, action).find((one) => one.name === name)?.value
  return { time, history, note, signal }
}

test('what was not done yet is new after an hour, and neither known nor new before', () => {
  const { time, history, note, signal } = open()
  note()
  expect([history.isWarm, signal('novelty'), signal('novelty', 'ada', 'capsule.erase')]).toEqual([
    false,
    0,
    NOVELTY_UNKNOWN,
  ])
  time.now += WARM_MS
  expect([history.isWarm, signal('novelty'), signal('novelty', 'ada', 'capsule.erase')]).toEqual([true, 0, 100])
  expect(signal('novelty', 'stranger')).toBe(100)
})

test('what was refused stays new, and many refusals weigh until they fade', () => {
  const { time, note, signal } = open()
  time.now += WARM_MS
  for (let denial = 0; denial < 50; denial++) note('ada', false)
  expect([signal('novelty'), signal('denials')]).toEqual([100, 100])
  time.now += 2 * HOUR
  expect(signal('denials')).toBe(0)
})

test('usual hours are known after a week, and not before', () => {
  const { time, note, signal } = open()
  for (let day = 0; day < 8; day++) {
    for (let hour = 9; hour < 17; hour++) {
      time.now = NINE + day * 24 * HOUR + (hour - 9) * HOUR
      for (let each = 0; each < 10; each++) note()
    }
    if (day < 7) expect(signal('time')).toBeUndefined()
  }
  expect(signal('time')).toBe(0)
  time.now = NINE + 8 * 24 * HOUR - 7 * HOUR // two o'clock at night
  expect(signal('time')).toBe(100)
})

test('a burst weighs against the own usual rate, and passes', () => {
  const { time, note, signal } = open()
  for (let minute = 0; minute < 60; minute++) {
    for (let each = 0; each < 30; each++) note()
    time.now += 60_000
  }
  expect(signal('volume')).toBe(0)
  for (let each = 0; each < 2000; each++) note()
  expect(signal('volume')).toBeGreaterThan(80)
  time.now += HOUR
  expect(signal('volume')).toBe(0)
})

test('it forgets who was quiet for longest, however many come', () => {
  const { time, note, signal } = open(3)
  time.now += WARM_MS
  for (const subject of ['ada', 'bob', 'ada', 'carl', 'dora']) note(subject)
  expect(['ada', 'bob', 'carl', 'dora'].map((subject) => signal('novelty', subject))).toEqual([0, 100, 0, 0])
})

test('a clock that is set back breaks nothing', () => {
  const { time, note, signal } = open()
  note()
  time.now -= 10 * HOUR
  note('ada', false)
  expect([signal('volume'), signal('denials')]).toEqual([0, 20])
})
