import { describe, expect, test } from 'vitest'
import { withCorrelationId } from './correlation.ts'
import { createLogger, LOG_BACKLOG_BYTES_MAX, type LoggerOptions } from './logger.ts'

function open(options: Partial<LoggerOptions> & { isTTY?: boolean } = {}) {
  const lines: string[] = []
  const stream = { write: (text: string) => lines.push(text), isTTY: options.isTTY ?? false, writableLength: 0 }
  const log = createLogger({ stream, clock: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678), ...options })
  return { log, lines, stream, parsed: () => lines.map((line) => JSON.parse(line)) }
}

const SECRET = 'Zx9-Qw7.Rt5_Yy3'

describe('no secret reaches the stream', () => {
  test.for(['json', 'pretty'] as const)('as %s: in messages, fields, children, errors and hidden values', (format) => {
    const { log, lines } = open({ format })
    log.hide('plain-value')
    log.hide('a')
    log.info(`Bearer ${SECRET}`)
    log.error('failed', { error: new Error(`api_key=${SECRET}`, { cause: { cookie: SECRET } }) })
    log.child({ request: { headers: { authorization: SECRET } } }).warn('x', { note: 'the plain-value here' })
    const text = lines.join('')
    expect(lines).toHaveLength(3)
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('plain-value')
    expect(text).toContain('failed')
  })
})

describe('a line', () => {
  test('cannot be forged or painted by what it holds', () => {
    const evil = 'x\n03:04:05.678 ERROR root\u001b[2J\u202egnp'
    for (const format of ['json', 'pretty'] as const) {
      const { log, lines } = open({ format })
      log.info(evil, { evil, [evil]: 1 })
      expect(lines).toHaveLength(1)
      expect(lines[0]!.indexOf('\n')).toBe(lines[0]!.length - 1)
      expect(lines[0]).not.toContain('\u001b')
    }
  })

  test('keeps its fixed members when fields have their names', () => {
    const { log, parsed } = open()
    log.info('m', { level: 'error', time: 1, message: 'other' })
    expect(parsed()).toEqual([
      { time: '2026-01-02T03:04:05.678Z', level: 'info', message: 'm', level_: 'error', time_: 1, message_: 'other' },
    ])
  })

  test('carries the fields of its loggers, the nearest first, and the correlation id of its request', () => {
    const { log, parsed } = open()
    const child = log.child({ component: 'store', part: 1 }).child({ part: 2 })
    withCorrelationId('req-1', () => child.info('m', { x: true }))
    child.info('n')
    expect(parsed()).toEqual([
      expect.objectContaining({ message: 'm', component: 'store', part: 2, x: true, correlation_id: 'req-1' }),
      expect.not.objectContaining({ correlation_id: expect.anything() }),
    ])
  })

  test('for people has its error below it', () => {
    const { log, lines } = open({ format: 'pretty' })
    const error = new Error('no space')
    error.stack = 'Error: no space\n    at write (store.ts:1:2)'
    log.warn('write failed', { path: '/data', tries: 2, why: 'two words', error })
    expect(lines[0]).toBe(
      '03:04:05.678 warn  write failed path=/data tries=2 why="two words" error=Error: no space\n    at write (store.ts:1:2)\n',
    )
  })
})

test.for([
  { isTTY: true, noColor: false, format: 'auto', kind: 'coloured' },
  { isTTY: true, noColor: true, format: 'auto', kind: 'plain' },
  { isTTY: false, noColor: false, format: 'auto', kind: 'json' },
  { isTTY: true, noColor: false, format: 'json', kind: 'json' },
  { isTTY: false, noColor: false, format: 'pretty', kind: 'plain' },
] as const)('$format with a terminal $isTTY and NO_COLOR $noColor is $kind', ({ isTTY, noColor, format, kind }) => {
  const { log, lines } = open({ isTTY, noColor, format })
  log.info('hello')
  const looks = lines[0]!.startsWith('{') ? 'json' : lines[0]!.includes('\u001b[') ? 'coloured' : 'plain'
  expect(looks).toBe(kind)
})

test('levels below the set one are not written, and the level can change while children exist', () => {
  const { log, parsed } = open({ level: 'warn' })
  const child = log.child({})
  for (const level of ['debug', 'info', 'warn', 'error'] as const) child[level](level)
  log.setLevel('debug')
  child.debug('now')
  expect(parsed().map(({ message }) => message)).toEqual(['warn', 'error', 'now'])
})

test('a reader that takes nothing costs lines, not memory, and learns how many', () => {
  const { log, stream, parsed } = open()
  stream.writableLength = LOG_BACKLOG_BYTES_MAX + 1
  log.info('lost')
  log.error('lost')
  stream.writableLength = 0
  log.info('back')
  expect(parsed()).toEqual([
    expect.objectContaining({ level: 'warn', message: 'log lines were dropped', count: 2 }),
    expect.objectContaining({ message: 'back' }),
  ])
})
