import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CAPSULE_LIMITS } from '@forge-cascade/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { FILE_BYTES_MAX, readConfigFile } from './config-file.ts'
import type { ConfigFlags } from './config-flags.ts'
import { CONFIG_KEYS } from './config-key.ts'
import { describeOrigin } from './config-origin.ts'
import { configSchema } from './config-schema.ts'
import type { Environment } from './environment.ts'
import { explainConfig } from './explain-config.ts'
import { loadConfig } from './load-config.ts'

interface Case {
  readonly flags?: ConfigFlags
  readonly env?: Environment
  readonly files?: Readonly<Record<string, string>>
}

const load = ({ flags = {}, env = {}, files = {} }: Case = {}) =>
  loadConfig({ flags, env, cwd: '/home', readFile: (path) => files[path] })

function problemsOf(given: Case): string[] {
  try {
    load(given)
  } catch (error) {
    if (error instanceof CascadeError && error.code === 'CONFIG_INVALID')
      return error.errors.map((each) => each.message)
    throw error
  }
  return []
}

const yaml = (text: string): Case => ({ files: { '/home/cascade.config.yml': text } })

describe('what is refused', () => {
  test.for<{ name: string; given: Case; says: string }>([
    {
      name: 'a token that no header can carry',
      given: { env: { CASCADE_METRICS_SCRAPE_TOKEN: 'with spaces between its words' } },
      says: 'metrics.scrape_token is ******** (env CASCADE_METRICS_SCRAPE_TOKEN), expected text of 16 to 4096 letters, digits and -._~+/',
    },
    {
      name: 'a port out of range',
      given: { env: { CASCADE_PORT: '70000' } },
      says: 'server.port is "70000" (env CASCADE_PORT), expected a whole number from 0 to 65535. Change the environment variable CASCADE_PORT.',
    },
    {
      name: 'a fraction for a whole number',
      given: { flags: { port: 80.5 } },
      says: 'server.port is 80.5 (flag --port), expected a whole number from 0 to 65535. Change the flag --port.',
    },
    {
      name: 'a number in words',
      given: yaml('server:\n  port: many\n'),
      says: 'server.port is "many" (file /home/cascade.config.yml:2), expected a whole number from 0 to 65535. Change line 2 of /home/cascade.config.yml.',
    },
    {
      name: 'quoted numbers in a file, where types exist',
      given: yaml('server:\n  port: "8420"\n'),
      says: 'server.port is "8420" (file /home/cascade.config.yml:2), expected a whole number',
    },
    {
      name: 'hexadecimal and exponents',
      given: { env: { CASCADE_PORT: '0x50' } },
      says: 'server.port is "0x50"',
    },
    {
      name: 'an unknown level',
      given: { env: { CASCADE_LOG_LEVEL: 'loud' } },
      says: 'expected one of "debug", "info", "warn", "error"',
    },
    {
      name: 'a misspelt key, with the nearest one',
      given: yaml('memory:\n  compresionLevel: 3\n'),
      says: 'memory.compresionLevel (file /home/cascade.config.yml:2) is no key of the configuration. Did you mean memory.compressionLevel?',
    },
    { name: 'a key at the wrong level', given: yaml('port: 1\n'), says: 'Did you mean server.port?' },
    { name: 'a dotted key', given: yaml('server.port: 1\n'), says: 'Did you mean server.port (one level of the file' },
    {
      name: 'a value for a branch',
      given: yaml('server: 8420\n'),
      says: 'server (/home/cascade.config.yml:1) holds other',
    },
    {
      name: 'a list for a value',
      given: yaml('server:\n  port: [1]\n'),
      says: 'server.port is "a list, a map or an alias"',
    },
    { name: 'a misspelt variable', given: { env: { CASCADE_PROT: '1' } }, says: 'Did you mean CASCADE_PORT?' },
    {
      name: 'an unknown variable',
      given: { env: { CASCADE_PROT: '1' } },
      says: 'CASCADE_PROT (environment) is no key',
    },
    { name: 'an unknown flag', given: { flags: { prot: '1' } }, says: 'prot (flag --prot) is no key' },
    {
      name: 'a key twice',
      given: yaml('log:\n  level: info\nlog:\n  level: warn\n'),
      says: ':3 is not YAML (DUPLICATE_KEY)',
    },
    { name: 'broken YAML', given: yaml('server: [1\n'), says: 'is not YAML (' },
    { name: 'a file that is a list', given: yaml('- 1\n'), says: 'must hold keys and values' },
    { name: 'brackets without end', given: yaml('['.repeat(100_000)), says: 'is not YAML' },
    { name: 'a prototype as a key', given: yaml('__proto__:\n  port: 1\n'), says: '__proto__ (file' },
    {
      name: 'a named file that is absent',
      given: { flags: { config: 'no.yml' } },
      says: '/home/no.yml (flag --config) does not exist',
    },
    {
      name: 'the same by environment',
      given: { env: { CASCADE_CONFIG: '/no.yml' } },
      says: '/no.yml (env CASCADE_CONFIG) does not',
    },
    {
      name: 'two names of one key that differ',
      given: { env: { CASCADE_PORT: '1', CASCADE_SERVER_PORT: '2' } },
      says: 'server.port has different values in CASCADE_SERVER_PORT and CASCADE_PORT',
    },
    {
      name: 'a data folder that sends elsewhere',
      given: { files: { '/home/.cascade/cascade.config.yml': 'data:\n  dir: /other\n' } },
      says: 'data.dir is "/other" (file /home/.cascade/cascade.config.yml:2), expected nothing here',
    },
    {
      name: 'a provider without its model',
      given: { env: { CASCADE_EMBEDDING_PROVIDER: 'openai' } },
      says: 'embedding.model is (not set) (default), expected the name of a model',
    },
    {
      name: 'a model of this machine without its folder',
      given: { env: { CASCADE_EMBEDDING_PROVIDER: 'onnx' } },
      says: 'embedding.folder is (not set) (default), expected the folder of a model',
    },
    ...['0.0.0.0', '::', '192.0.2.7', 'cascade.example', '0', '127.0.0.1.example'].map((host) => ({
      name: `the public address ${host} without TLS and without a word about a proxy`,
      given: { flags: { host } },
      says: `server.host is "${host}" (flag --host), expected an address of loopback`,
    })),
    {
      name: 'a certificate without its key',
      given: { env: { CASCADE_SERVER_TLS_CERT: '/c.pem' } },
      says: 'server.tls.key is (not set) (default), expected a file',
    },
    {
      name: 'a proxy that is no network',
      given: yaml('server:\n  trusted_proxies: [10.0.0.0/8, 10.0.0.0/33]\n'),
      says: '"10.0.0.0/33" is neither',
    },
    {
      name: 'a list with a number in it',
      given: yaml('server:\n  allowed_hosts: [a.example, 7]\n'),
      says: 'Item 2 of server.allowed_hosts (file /home/cascade.config.yml:2) is no text',
    },
    {
      name: 'a list with blanks in it',
      given: yaml('server:\n  trusted_proxies: [" "]\n'),
      says: 'Item 1 of server.trusted_proxies (file',
    },
    {
      name: 'a list with a list in it',
      given: yaml('server:\n  trusted_proxies: [[10.0.0.7]]\n'),
      says: 'Item 1 of server.trusted_proxies (file',
    },
    {
      name: 'a map for a list',
      given: yaml('server:\n  trusted_proxies: {}\n'),
      says: 'server.trusted_proxies is "a map or an alias" (file /home/cascade.config.yml:2), expected values',
    },
    {
      name: 'more dimensions than a capsule holds',
      given: { env: { CASCADE_EMBEDDING_DIMENSIONS: String(CAPSULE_LIMITS.embeddingDimensionsMax + 1) } },
      says: 'expected a whole number from 8 to 4096',
    },
    {
      name: 'a public name with a port',
      given: { env: { CASCADE_SERVER_ALLOWED_HOSTS: 'a.example, b.example:80' } },
      says: '"b.example:80" is none',
    },
    {
      name: 'an address that is no web address',
      given: { env: { CASCADE_EMBEDDING_URL: 'file:///etc' } },
      says: 'expected an http or https address',
    },
  ])('$name', ({ given, says }) => {
    const problems = problemsOf(given)
    expect(problems.join('\n')).toContain(says)
    expect(problems).toHaveLength(1)
  })

  test('all problems of all sources come in one error, overridden values included', () => {
    const problems = problemsOf({
      ...yaml('server:\n  port: x\nlgo: {}\n'),
      env: { CASCADE_PORT: '-1', CASCADE_NOPE: '1' },
      flags: { port: '9000', 'log-level': 'loud' },
    })
    expect(problems).toHaveLength(5)
  })

  test('of thousands of problems fifty are shown and the rest is counted', () => {
    const given = yaml(Array.from({ length: 2000 }, (_, index) => `nothing${index}: 1\n`).join(''))
    expect(problemsOf(given)).toHaveLength(50)
    expect(() => load(given)).toThrowError(/2000 problems:(.|\n)*and 1950 more\.$/)
  })

  test('pointers lead to the key', () => {
    expect(() => load({ env: { CASCADE_SEARCH_WEIGHTS_VECTOR: '11' } })).toThrowError(
      expect.objectContaining({
        errors: [expect.objectContaining({ pointer: '/search/weights/vector', code: 'not_allowed' })],
      }),
    )
  })

  test('a file of a byte more than 256 KiB is not read', () => {
    const dir = mkdtempSync(join(tmpdir(), 'cascade-config-'))
    writeFileSync(join(dir, 'cascade.config.yml'), `# ${'x'.repeat(FILE_BYTES_MAX - 1)}`)
    expect(() => loadConfig({ env: {}, cwd: dir, readFile: readConfigFile })).toThrowError(/at most 262144 are read/)
  })
})

describe('secrets', () => {
  const SECRET = 'sk-Very-Secret-123'
  test.for<{ name: string; given: Case }>([
    { name: 'of the wrong length', given: { env: { CASCADE_EMBEDDING_API_KEY: SECRET.repeat(400) } } },
    { name: 'under a misspelt variable', given: { env: { CASCADE_EMBEDDING_APIKEY: SECRET } } },
    { name: 'under a misspelt key', given: yaml(`embedding:\n  apikey: ${SECRET}\n`) },
    { name: 'in a list', given: yaml(`embedding:\n  api_key: [${SECRET}]\n`) },
    { name: 'in broken YAML', given: yaml(`embedding:\n  api_key: "${SECRET}\n  x: 1\n`) },
    { name: 'with a line end', given: { env: { CASCADE_EMBEDDING_API_KEY: `${SECRET}\nsecond` } } },
    { name: 'in an address', given: { env: { CASCADE_EMBEDDING_URL: `http://user:${SECRET}@127.0.0.1:1/v1` } } },
    { name: 'in no address', given: { env: { CASCADE_EMBEDDING_URL: `ftp://${SECRET}@127.0.0.1:1/v1` } } },
    { name: 'as an unknown alias', given: yaml(`embedding:\n  api_key: *${SECRET}\n`) },
    {
      name: 'in two spellings',
      given: {
        env: { CASCADE_EMBEDDING_API_KEY: SECRET, CASCADE_EMBEDDING_API_KEY_FILE: '/k' },
        files: { '/k': 'other' },
      },
    },
  ])('never show: $name', ({ given }) => {
    const problems = problemsOf(given)
    expect(problems).not.toEqual([])
    expect(problems.join('\n')).not.toContain(SECRET)
  })

  test('come from the file that the variable names, and are hidden when explained', () => {
    const loaded = load({ env: { CASCADE_EMBEDDING_API_KEY_FILE: '/run/key' }, files: { '/run/key': `${SECRET}\n` } })
    expect(loaded.config.embedding.api_key).toBe(SECRET)
    const rows = explainConfig(loaded)
    expect(JSON.stringify(rows)).not.toContain(SECRET)
    expect(rows.find(({ key }) => key === 'embedding.api_key')).toMatchObject({
      value: '********',
      origin: 'env CASCADE_EMBEDDING_API_KEY_FILE',
    })
  })

  test('whose file is missing are a problem, not an empty key', () => {
    expect(problemsOf({ env: { CASCADE_EMBEDDING_API_KEY_FILE: '/run/key' } })[0]).toContain('does not exist')
  })
})

describe('where values come from', () => {
  test('defaults alone are a complete configuration', () => {
    const { config, origins, file } = load()
    expect(config).toMatchObject({
      server: { host: '127.0.0.1', port: 8420 },
      data: { dir: '/home/.cascade' },
      memory: { compressionLevel: 6, min_trust: 40 },
    })
    expect(new Set([...origins.values()].map(({ kind }) => kind))).toEqual(new Set(['default']))
    expect(file).toBeUndefined()
    expect(Object.isFrozen(config.search.weights)).toBe(true)
  })

  test('each source overrides the one before', () => {
    const files = yaml('server:\n  port: 1\n  host: 127.0.0.2\nlog:\n  level: warn\n').files!
    const { config, origins } = load({
      files,
      env: { CASCADE_HOST: '127.0.0.3', CASCADE_PORT: '2' },
      flags: { port: '3' },
    })
    expect([config.server.port, config.server.host, config.log.level]).toEqual([3, '127.0.0.3', 'warn'])
    expect(['server.port', 'server.host', 'log.level'].map((key) => describeOrigin(origins.get(key)!))).toEqual([
      'flag --port',
      'env CASCADE_HOST',
      'file /home/cascade.config.yml:5',
    ])
  })

  test('a public address is taken with TLS, or with the word that a proxy is in front', () => {
    const tls = { CASCADE_SERVER_TLS_CERT: '/c.pem', CASCADE_SERVER_TLS_KEY: 'k.pem' }
    expect(load({ flags: { host: '0.0.0.0' }, env: tls }).config.server.tls).toEqual({
      cert: '/c.pem',
      key: '/home/k.pem',
    })
    const proxied = { ...yaml('server:\n  behind_proxy: true\n'), flags: { host: '::' } }
    expect(load(proxied).config.server.host).toBe('::')
  })

  test('a list is one text with commas, or a list in a file', () => {
    const files = yaml('server:\n  allowed_hosts:\n    - a.example\n    - b.example\n').files!
    expect(load({ files }).config.server.allowed_hosts).toBe('a.example,b.example')
    expect(load(yaml('server:\n  allowed_hosts: []\n')).config).toEqual(load().config)
  })

  test('the file in the data folder is read when the working directory has none', () => {
    const files = { '/data/cascade.config.yml': 'store:\n  backup_dir: saved\n' }
    const { config, file } = load({ env: { CASCADE_DATA: '/data' }, files })
    expect(config.store.backup_dir).toBe('/data/saved')
    expect(file).toBe('/data/cascade.config.yml')
  })

  test('empty variables, empty keys, empty files and service links of a container count as nothing', () => {
    const env = {
      CASCADE_PORT: 'tcp://10.0.0.1:8420',
      CASCADE_SERVICE_HOST: '10.0.0.1',
      CASCADE_PORT_8420_TCP_ADDR: '10.0.0.1',
      CASCADE_WEB_SERVICE_PORT_HTTP: '80',
      CASCADE_HOST: '',
      CASCADE_TOKEN: 'x',
    }
    expect(load({ env }).config).toEqual(load().config)
    for (const text of ['', '# nothing\n', 'server:\n', 'server:\n  port:\n', '---\n'])
      expect(load(yaml(text)).config).toEqual(load().config)
  })
})

test('every value within its limits, set by its derived variable, arrives unchanged', () => {
  const numeric = [...CONFIG_KEYS.values()].filter(
    ({ kind, key }) => kind === 'integer' && !key.startsWith('search.limit'),
  )
  fc.assert(
    fc.property(fc.constantFrom(...numeric), fc.nat(), (key, seed) => {
      const [min = 0, max = 0] = (key.allowed.match(/\d+/g) ?? []).map(Number)
      const value = min + (seed % (max - min + 1))
      const { config, origins } = load({ env: { [key.envs[0]]: String(value) } })
      expect(explainConfig({ config, origins }).find((row) => row.key === key.key)?.value).toBe(value)
    }),
    { numRuns: 60 },
  )
})

test('no text in a file breaks the reader: it loads or fails with CONFIG_INVALID', () => {
  const words = fc.constantFrom(
    'server',
    'port',
    ':',
    '\n',
    '  ',
    '-',
    '[',
    '{',
    '}',
    '&a',
    '*a',
    '"',
    '8420',
    '!!x',
    '?',
    '|',
    '#',
    '<<',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((each) => each.join(' ')),
      ),
      (text) => {
        problemsOf(yaml(text))
      },
    ),
    { numRuns: 300 },
  )
})

test('the schema itself holds the same rules as the leaves', () => {
  expect(configSchema.safeParse(load().config).success).toBe(true)
})
