import { expect, test } from 'vitest'
import { listConfigFlags } from './config-flags.ts'
import { CONFIG_KEYS } from './config-key.ts'
import { didYouMean, editDistance } from './did-you-mean.ts'
import { environment } from './environment.ts'
import { configReference, diffReloadable, explainConfig, listSecrets } from './explain-config.ts'
import { loadConfig } from './load-config.ts'

const load = (env: Record<string, string> = {}) => loadConfig({ env, cwd: '/home', readFile: () => undefined })

test('no two keys share a name in the environment or a flag', () => {
  const names = [...CONFIG_KEYS.values()].flatMap(({ envs }) => envs)
  expect(new Set(names).size).toBe(names.length)
  const flags = listConfigFlags().map(({ flag }) => flag)
  expect(new Set(flags).size).toBe(flags.length)
})

test('the reference has a row per key, with a sentence, and marks secrets and what reloads', () => {
  const rows = configReference()
  expect(rows).toHaveLength(CONFIG_KEYS.size)
  expect(rows.filter(({ reload }) => reload).map(({ key }) => key)).toContain('limits.rate.burst')
  for (const { description } of rows) expect(description).toMatch(/^.{10,}\.$/)
  expect(rows.find(({ key }) => key === 'memory.compressionLevel')).toEqual({
    key: 'memory.compressionLevel',
    env: ['CASCADE_MEMORY_COMPRESSION_LEVEL'],
    flag: undefined,
    type: 'a whole number from 0 to 22',
    default: 6,
    description: expect.any(String),
    reload: false,
    secret: false,
  })
  expect(rows.filter(({ secret }) => secret).map(({ key }) => key)).toEqual([
    'metrics.scrape_token',
    'embedding.api_key',
    'governance.council.api_key',
    'archive.s3.access_key',
    'archive.s3.secret_key',
  ])
})

test('every key is explained with the place it comes from', () => {
  const rows = explainConfig(load({ CASCADE_PORT: '9000' }))
  expect(rows).toHaveLength(CONFIG_KEYS.size)
  expect(rows.find(({ key }) => key === 'server.port')).toMatchObject({ value: 9000, origin: 'env CASCADE_PORT' })
  expect(rows.find(({ key }) => key === 'embedding.api_key')).toMatchObject({ value: undefined, origin: 'default' })
})

test('a difference says which keys wait for a restart', () => {
  const after = load({ CASCADE_PORT: '1', CASCADE_LOG_LEVEL: 'debug', CASCADE_SEARCH_WEIGHTS_GRAPH: '0.2' })
  expect(diffReloadable(load().config, after.config)).toEqual({
    reload: ['log.level', 'search.weights.graph'],
    restart: ['server.port'],
  })
  expect(diffReloadable(after.config, after.config)).toEqual({ reload: [], restart: [] })
})

test('secret values are listed for masking, when they are set', () => {
  expect(listSecrets(load().config)).toEqual([])
  expect(listSecrets(load({ CASCADE_EMBEDDING_API_KEY: 'k1' }).config)).toEqual(['k1'])
})

test.for([
  ['prot', 'port', 2],
  ['', 'abc', 3],
  ['same', 'same', 0],
  ['kitten', 'sitting', 3],
] as const)('%s is %s after some edits', ([from, to, edits]) => {
  expect(editDistance(from, to)).toBe(edits)
})

test('nothing is suggested for a name that is near to nothing, nor for one too long to compare', () => {
  expect(didYouMean('zzzzzzzz', ['server.port'])).toBeUndefined()
  expect(didYouMean('server.port'.repeat(100), ['server.port'])).toBeUndefined()
})

test('the environment of the process is handed out as it is', () => {
  expect(environment()).toBe(process.env)
})
