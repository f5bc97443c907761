import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

const cwd = mkdtempSync(join(tmpdir(), 'cascade-routing-cli-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const MODEL = 'served'
const RULES = `version: 1
providers:
  east: { url: "http://127.0.0.1:1/v1", model: ${MODEL} }
rules:
  - { name: half, split: [{ provider: configured, weight: 1 }, { provider: east, weight: 1 }] }
`
writeFileSync(join(cwd, 'good.yml'), RULES)
writeFileSync(join(cwd, 'bad.yml'), RULES.replace('provider: east', 'provider: eest').replace('served', 'other'))
const env = { CASCADE_EMBEDDING_PROVIDER: 'openai', CASCADE_EMBEDDING_MODEL: MODEL }

test('rules are held against the model of the configuration, without an instance', async () => {
  const good = await run(['routing', 'lint', 'good.yml'], { io: { cwd, env } })
  expect([good.code, good.out]).toEqual([0, 'sound  1 rule, 1 provider\n'])
  const bad = await run(['routing', 'lint', 'bad.yml'], { io: { cwd, env } })
  expect(bad.code).toBe(7)
  expect(bad.out).toMatch(
    /bad\.yml:3: error providers\.east\.model: .* another space: other, .*\n {2}fix: Name a provider of the same model/,
  )
  expect(bad.out).toMatch(/bad\.yml:5: error .*There is no provider eest\.\n {2}fix: Did you mean east\?/)
})

test('a key that is not set is a warning at its line, and hours that are none say what is expected', async () => {
  writeFileSync(join(cwd, 'key.yml'), RULES.replace('model: served', 'model: served, api_key_env: ROUTING_KEY_NONE'))
  const { code, out } = await run(['routing', 'lint', 'key.yml'], { io: { cwd, env } })
  expect(code).toBe(0)
  expect(out).toMatch(
    /key\.yml:3: warning providers\.east\.api_key_env: ROUTING_KEY_NONE, the key of east, is not there/,
  )
  writeFileSync(join(cwd, 'hours.yml'), RULES.replace('name: half,', 'name: half, when: { hours: 25 },'))
  expect((await run(['routing', 'lint', 'hours.yml'], { io: { cwd, env } })).out).toContain('such as [22, 6]')
})

test('a file that is not there is told of', async () => {
  const { code, err } = await run(['routing', 'lint', 'none.yml'], { io: { cwd, env } })
  expect(code).toBe(2)
  expect(err).toContain('none.yml')
})

const SHOWN = {
  ...{
    file: 'config/routing.yml',
    digest: 'd1',
    text: RULES,
    applied_at: '2026-03-01T09:00:00.000Z',
    applied_by: null,
  },
  ...{
    model: MODEL,
    dimensions: 96,
    findings: [{ severity: 'error', line: 2, path: 'rules', message: 'Odd.', fix: 'Mend it.' }],
  },
  providers: [
    {
      name: 'configured',
      address: null,
      circuit: 'closed',
      open_until: null,
      calls: 7,
      failures: 0,
      drift: null,
      factor: 1,
    },
    {
      ...{ name: 'east', address: 'http://127.0.0.1:1', circuit: 'open', open_until: '2026-03-01T09:00:10.000Z' },
      ...{ calls: 3, failures: 3, drift: { value: 0.8, samples: 6, at: '2026-03-01T09:00:00.000Z' }, factor: 0.6 },
    },
  ],
  rules: [
    {
      name: 'half',
      split: [
        { provider: 'configured', weight: 1, share: 0.625 },
        { provider: 'east', weight: 1, share: 0.375 },
      ],
    },
  ],
}

test('what is shown tells how each provider stands, what drift costs it, and what is wrong with the file', async () => {
  await using server = await serve(() => ({ body: SHOWN }))
  const { code, out } = await run(['routing', 'show', '--url', server.url])
  expect(code).toBe(0)
  for (const said of [
    'east           not asked',
    '3 failed, drift 0.80, keeps 60 % of its weight',
    'configured 63 %, east 38 %',
  ])
    expect(out).toContain(said)
  expect(out).toContain('config/routing.yml:2: error rules: Odd.\n  fix: Mend it.')
  expect((await run(['routing', 'show', '--text', '--url', server.url])).out).toBe(RULES)
})

test('rules are applied to what was seen, and end the command with 7 where they are not sound', async () => {
  const seen: unknown[] = []
  const answer = { applied: false, digest: null, previous: 'd1', findings: SHOWN.findings }
  await using server = await serve((request) => {
    seen.push([request.method, request.headers['if-match']])
    return { body: request.method === 'GET' ? SHOWN : answer }
  })
  const { code, out } = await run(['routing', 'apply', 'good.yml', '--url', server.url], { io: { cwd } })
  expect([code, seen.at(-1)]).toEqual([7, ['PUT', '"d1"']])
  expect(out).toContain('Not sound: nothing was put in force.')
})

test('a preview says who, then who, and why', async () => {
  await using server = await serve(() => ({
    body: {
      ...{ rule: 'half', bucket: 12, arm: 'east', provider: 'configured', fallbacks: [] },
      reasons: [{ code: 'CIRCUIT', message: 'east is passed over: its circuit is open.' }],
    },
  }))
  const { out } = await run(['routing', 'preview', '--for', 'scout', '--rules', 'good.yml', '--url', server.url], {
    io: { cwd },
  })
  expect(out).toBe('configured by the rule half, bucket 12\n  east is passed over: its circuit is open.\n')
})
