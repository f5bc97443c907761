import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SLICE_ITEMS, toJson } from './in-slices.ts'
import { WrittenList } from './written-list.ts'

const textOf = async (body: unknown): Promise<string> => Buffer.from(await toJson(body)).toString()
const list = (length: number): unknown[] => Array.from({ length }, (_, at) => ({ at, name: `“${at}”` }))

describe('JSON in slices', () => {
  test.for([0, 1, SLICE_ITEMS, SLICE_ITEMS + 1, 2 * SLICE_ITEMS, 2 * SLICE_ITEMS + 1])(
    'is what JSON.stringify says, with a list of %i items',
    async (length) => {
      for (const body of [
        { items: list(length) },
        { items: list(length), next: null, left: undefined },
        { left: undefined, before: 1, items: list(length), more: list(length), truncated: false },
      ]) {
        expect(await textOf(body)).toBe(JSON.stringify(body))
      }
    },
  )

  test.for([0, 1, SLICE_ITEMS, SLICE_ITEMS + 1, 2 * SLICE_ITEMS + 1])(
    'is what JSON.stringify says, with a list of %i items that is yet to be written',
    async (length) => {
      const items = Array.from({ length }, (_, at) => at)
      const present = (at: number) => ({ at, name: `“${at}”` })
      for (const written of [
        WrittenList.of(items, present),
        WrittenList.of(items, present, (at) => `{"at":${at},"name":"“${at}”"}`),
      ]) {
        for (const body of [
          { items: written },
          { left: undefined, items: written, more: list(length), again: written, truncated: false },
        ]) {
          expect(await textOf(body)).toBe(JSON.stringify(body))
        }
        expect(JSON.stringify(written)).toBe(JSON.stringify(list(length)))
      }
    },
  )

  test('is what JSON.stringify says for any JSON, and for an undefined item of a long list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string(), async (value, name) => {
        const body = { [name]: value, long: [...list(SLICE_ITEMS), undefined, value] }
        expect(await textOf(body)).toBe(JSON.stringify(body))
        expect(await textOf(value)).toBe(JSON.stringify(value))
      }),
      { numRuns: 30 },
    )
  })

  test.for([
    { name: 'a list', items: list(10 * SLICE_ITEMS) },
    { name: 'a list that is yet to be written', items: WrittenList.of(list(10 * SLICE_ITEMS), (item) => item) },
  ])('lets others have their turn in between, with $name', async ({ items }) => {
    let turns = 0
    let isDone = false
    const turn = (): void => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    setImmediate(turn)
    await toJson({ items })
    isDone = true
    expect(turns).toBeGreaterThanOrEqual(9)
  })
})
