import { expect, test } from 'vitest'
import { inTurn } from './in-turn.ts'

test('work of one key is done one after the other, work of another key beside it, and a failure stops none', async () => {
  const place = {}
  const told: string[] = []
  const work = (name: string, ticks: number) => async () => {
    told.push(`${name} begins`)
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
    told.push(`${name} ends`)
    if (name === 'first') throw new Error(name)
    return name
  }
  const answers = await Promise.allSettled([
    inTurn(place, 'a', work('first', 50)),
    inTurn(place, 'a', work('second', 1)),
    inTurn(place, 'b', work('other', 1)),
  ])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(told.indexOf('second begins')).toBeGreaterThan(told.indexOf('first ends'))
  expect(told.indexOf('other ends')).toBeLessThan(told.indexOf('first ends'))
})
