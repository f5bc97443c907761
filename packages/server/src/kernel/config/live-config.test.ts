import { expect, test } from 'vitest'
import { codeOf } from '../../platform/store/testing.ts'
import { LiveConfig } from './live-config.ts'
import { type LoadedConfig, loadConfig } from './load-config.ts'

const read = (text: string, env: Readonly<Record<string, string>> = {}): LoadedConfig =>
  loadConfig({ env, cwd: '/srv', readFile: (path) => (path === '/srv/cascade.config.yml' ? text : undefined) })

test('a configuration that cannot be read changes nothing', async () => {
  const live = new LiveConfig(read('search:\n  trust_boost: 0.2'))
  const before = live.loaded
  for (const text of ['search:\n  trust_boost: 9', 'search: [', 'serach: {}'])
    expect(await codeOf(async () => live.reload(() => read(text)))).toBe('CONFIG_INVALID')
  expect(live.loaded).toBe(before)
})

test('what may change counts at once with its origin, the rest waits and keeps its own', () => {
  const live = new LiveConfig(read('server:\n  port: 9000\nmemory:\n  min_trust: 20'))
  const { changed, waiting } = live.reload(() =>
    read('server:\n  port: 9001\nlog:\n  level: debug\nsearch:\n  weights:\n    graph: 0'),
  )
  expect(changed).toEqual([
    { key: 'log.level', from: 'info', to: 'debug' },
    { key: 'memory.min_trust', from: 20, to: 40 },
    { key: 'search.weights.graph', from: 1, to: 0 },
  ])
  expect(waiting).toEqual([{ key: 'server.port', from: 9000, to: 9001 }])
  const { config, origins } = live.loaded
  expect([config.server.port, config.log.level, config.search.weights.graph]).toEqual([9000, 'debug', 0])
  expect(origins.get('log.level')).toMatchObject({ kind: 'file', line: 4 })
  expect(origins.get('server.port')).toMatchObject({ kind: 'file', line: 2 })
  expect(origins.get('memory.min_trust')).toEqual({ kind: 'default' })
  expect(Object.isFrozen(config.search.weights)).toBe(true)
})

test('a secret is told as changed and not shown', () => {
  const env = (key: string) => ({ CASCADE_EMBEDDING_API_KEY: key })
  const live = new LiveConfig(read('', env('one secret')))
  expect(live.reload(() => read('', env('another secret')))).toEqual({
    changed: [],
    waiting: [{ key: 'embedding.api_key', from: '********', to: '********' }],
  })
  expect(live.loaded.config.embedding.api_key).toBe('one secret')
})

test('reading the same again changes nothing', () => {
  const live = new LiveConfig(read('log:\n  level: warn'))
  expect(live.reload(() => read('log:\n  level: warn'))).toEqual({ changed: [], waiting: [] })
})

const SILENT = 'search:\n  weights:\n    vector: 0\n    graph: 0'
const VOTED = new Map([
  ['memory.min_trust', { value: 50, proposal: 'a' }],
  ['search.weights.lexical', { value: 0, proposal: 'b' }],
])

test('a configuration that contradicts what people voted for is refused as a whole, and names it', async () => {
  const live = new LiveConfig(read(''))
  expect(live.vote(VOTED)).toEqual([])
  const before = live.loaded
  expect(() => live.reload(() => read(SILENT))).toThrow('what people voted for: search.weights.lexical')
  expect(await codeOf(async () => live.reload(() => read(SILENT)))).toBe('CONFIG_INVALID')
  expect(live.loaded).toBe(before)
})

test('at a start what contradicts the configuration does not count, and the rest of what was voted for does', () => {
  const live = new LiveConfig(read(SILENT))
  expect(live.vote(VOTED)).toEqual(['search.weights.lexical'])
  const { memory, search } = live.loaded.config
  expect([memory.min_trust, search.weights.lexical]).toEqual([50, 1])
  expect(live.tryVote([{ key: 'memory.min_trust', value: 60 }])).toMatchObject([{ from: 50, value: 60 }])
  expect(live.reload(() => read('')).changed).toContainEqual({ key: 'search.weights.lexical', from: 1, to: 0 })
})

test('values of one proposal that lean on a later one count with it', () => {
  const live = new LiveConfig(read(`${SILENT}\nlog:\n  level: warn`))
  const voted = new Map([
    ['search.weights.lexical', { value: 0, proposal: 'a' }],
    ['search.weights.vector', { value: 1, proposal: 'b' }],
    ['memory.gone', { value: 1, proposal: 'c' }],
  ])
  expect(live.vote(voted)).toEqual(['memory.gone'])
  expect(live.loaded.config.search.weights).toMatchObject({ lexical: 0, vector: 1 })
})
