import { expect, test } from 'vitest'
import type { Finding } from '#store'
import { AFTER_START_MS, StoreCheck } from './store-check.ts'

const sound: Finding = { check: 'heads', ok: true, detail: 'nothing wrong' }
const damaged: Finding = { check: 'vectors', ok: false, detail: '2 heads should have a vector, 1 has one' }

/** A check whose look gives `look`; `run` lets its time come. */
function openCheck(look: () => Promise<readonly Finding[]>) {
  const lines: string[] = []
  const line = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  let [work, waits]: [() => Promise<void>, boolean] = [() => Promise.resolve(), false]
  const check = new StoreCheck({
    look,
    log: { debug: () => undefined, info: () => undefined, warn: line, error: line },
    later: (given, ms) => {
      expect(ms).toBe(AFTER_START_MS)
      ;[work, waits] = [given, true]
      return {
        [Symbol.dispose]: () => {
          waits = false
        },
      }
    },
  })
  return { check, lines, run: () => work(), waits: () => waits }
}

test('damage fails the check by its name and is told in the log, with what was found', async () => {
  const { check, lines, run } = openCheck(async () => [sound, damaged])
  await run()
  expect(check.finding).toEqual({ status: 'failed', detail: 'damaged: vectors' })
  expect(lines).toEqual([`the store is damaged {"check":"vectors","reason":"${damaged.detail}"}`])
})

test('a look that cannot be taken is no damage, and no soundness either', async () => {
  const { check, lines, run } = openCheck(() => Promise.reject(new Error('no thread')))
  await run()
  expect(check.finding.status).toBe('degraded')
  expect(lines).toEqual(['the store could not be looked through {"reason":"no thread"}'])
})

test('until it has looked it says so, and then that nothing is wrong', async () => {
  const { check, lines, run } = openCheck(async () => [sound])
  expect(check.finding).toEqual({ status: 'ok', detail: 'not looked through yet' })
  await run()
  expect(check.finding).toEqual({ status: 'ok', detail: 'nothing wrong' })
  expect(lines).toEqual([])
})

test('once disposed of it does not begin, and is silent about a look that the end cut short', async () => {
  const { promise, reject } = Promise.withResolvers<readonly Finding[]>()
  const { check, lines, run, waits } = openCheck(() => promise)
  const looking = run()
  check[Symbol.dispose]()
  reject(new Error('the store is closed'))
  await looking
  expect([waits(), lines]).toEqual([false, []])
})
