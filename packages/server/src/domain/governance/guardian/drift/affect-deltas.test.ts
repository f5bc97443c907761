import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AFFECT_FRESH_MS, AFFECT_SUBJECTS_MAX, AffectDeltas, parseAffectDelta } from './affect-deltas.ts'

function open() {
  const time = { now: 0 }
  const deltas = new AffectDeltas(() => time.now)
  const read = (subject = 'ada') => deltas.provider().read({ subject, action: 'capsule.create', resource: '*' })?.value
  return { time, deltas, read }
}

test.for(['', 'NaN', 'Infinity', '1.1', '-2', '+1', '1e-1', '0x1', '.5', '0.12345', ' 1', ['1', '0']])(
  'the header %j is refused',
  (header) => {
    expect(() => parseAffectDelta(header)).toThrow('Cascade-Affect-Delta')
  },
)

test('a header of -1 to 1 is read, and none is none', () => {
  expect(['-1', '-0.25', '0', '1.0', undefined].map(parseAffectDelta)).toEqual([-1, -0.25, 0, 1, undefined])
})

test('only its size counts, for whoever told it, for ten minutes', () => {
  const { time, deltas, read } = open()
  expect(read()).toBe(0)
  deltas.tell('ada', -0.4)
  expect([read(), read('bob')]).toEqual([40, 0])
  time.now = AFFECT_FRESH_MS
  expect(read()).toBe(40)
  time.now += 1
  expect(read()).toBe(0)
})

test('nothing that is told lowers what counts', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true })), (told) => {
      const { deltas, read } = open()
      let before = 0
      for (const delta of told) {
        deltas.tell('ada', delta)
        expect(read()).toBeGreaterThanOrEqual(before)
        before = read() ?? 0
      }
    }),
  )
})

test('who is erased is forgotten, and so is the oldest of too many', () => {
  const { deltas, read } = open()
  for (let each = 0; each <= AFFECT_SUBJECTS_MAX; each++) deltas.tell(`s${each}`, 1)
  expect([read('s0'), read('s1')]).toEqual([0, 100])
  deltas.forget('s1')
  expect(read('s1')).toBe(0)
})
