import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

const cwd = mkdtempSync(join(tmpdir(), 'cascade-mesh-cli-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const meshOf = (sink: string) => `version: 1
routes:
  - name: out
    match: [cascade.**]
    sinks:
      - {kind: webhook, name: siem, ${sink}}
`
const lint = async (sink: string, env = {}) => {
  writeFileSync(join(cwd, 'mesh.yml'), meshOf(sink))
  return run(['mesh', 'lint', 'mesh.yml'], { io: { cwd, env } })
}

test('a key file that is not there and an address that nothing is sent to are told at their line', async () => {
  const { code, out } = await lint('url: "http://10.0.0.1/", key_file: no.key')
  expect(code).toBe(7)
  expect(out).toMatch(/6: routes\[0\]\.sinks\[0\]\.url: 10\.0\.0\.1 is no address of the public internet/)
  expect(out).toMatch(/6: routes\[0\]\.sinks\[0\]\.key_file: The file no\.key .* cannot be read/)
})

test('a private address that the configuration names is sound, and a variable that is not set here is a warning', async () => {
  const env = { CASCADE_MESH_PRIVATE_TARGETS: '10.0.0.0/8' }
  const { code, out } = await lint('url: "http://10.0.0.1/", key_env: SIEM_KEY_NOT_SET', env)
  expect(code).toBe(0)
  expect(out).toMatch(/^Sound: 1 route\.\nwarning 6: .*key_env: The variable SIEM_KEY_NOT_SET .* is not set/)
})

test('one dead letter is on its way', async () => {
  await using server = await serve(() => ({ body: { events: 1 } }))
  const { out } = await run(['mesh', 'replay', '--route', 'out', '--url', server.url])
  expect(out).toBe('1 dead letter is on its way again.\n')
})

test('a sink with dead letters says how many', async () => {
  const lane = {
    ...{ route: 'out', sink: 'siem', kind: 'webhook', state: 'delivering', reason: null, position: 9 },
    ...{ lag: 0, unsettled: 0, retrying: 0, delivered: 7, dead: 2 },
  }
  const body = { found: true, digest: '', problem: null, validators: true, lanes: [lane] }
  await using server = await serve(() => ({ body }))
  const { out } = await run(['mesh', 'show', '--url', server.url])
  expect(out).toBe('out/siem (webhook)  delivering  7 delivered, 0 behind, 0 tried again  2 dead letters\n')
})
