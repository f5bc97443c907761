import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '#config'
import { checkFolder, checkRuntime } from './machine-checks.ts'
import { run } from './testing.ts'

test.for([
  { node: '24.0.0', sqlite: '3.51.3', bad: [] },
  { node: '23.9.9', sqlite: '3.51.2', bad: ['Node', 'SQLite'] },
  { node: '26.1.0', sqlite: undefined, bad: ['SQLite'] },
  { node: '24.21.0', sqlite: '4.0.0', bad: [] },
])('Node $node with SQLite $sqlite: $bad', ({ node, sqlite, bad }) => {
  const found = checkRuntime({ runtime: { node, sqlite, platform: 'linux' } })
  expect(found.filter(({ ok }) => !ok).map(({ check }) => check)).toEqual(bad)
})

const check = (directory: string) =>
  checkFolder(loadConfig({ flags: { data: directory }, env: {}, cwd: '/' }), process.platform)

test('a folder and a token that others can read are found, with the command that mends it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cascade-doctor-'))
  writeFileSync(join(directory, 'token'), 'x'.repeat(40), { mode: 0o644 })
  chmodSync(directory, 0o755)
  const bad = (await check(directory)).filter(({ ok }) => !ok)
  expect(bad.map(({ check, fix }) => [check, fix?.match(/chmod .*/)?.[0]])).toEqual([
    ['data folder permissions', `chmod 700 ${directory}`],
    ['token permissions', `chmod 600 ${directory}/token`],
  ])
})

test('a folder that is not there is no fault, and doctor does not make it', async () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'cascade-doctor-')), 'none', 'yet')
  const { code, out } = await run(['doctor', '--data', directory])
  expect(code).toBe(0)
  expect(out).toContain(`${directory} is not there yet`)
  expect(await check(directory)).toContainEqual(expect.objectContaining({ check: 'data folder', ok: true }))
})

test('a wrong configuration is a finding with its place', async () => {
  const { code, out } = await run(['doctor', '--json'], { env: { CASCADE_PORT: 'eighty' } })
  const { ok, findings } = JSON.parse(out)
  expect({ code, ok }).toEqual({ code: 1, ok: false })
  expect(findings.at(-1)).toMatchObject({ check: 'configuration', ok: false })
  expect(findings.at(-1).detail).toContain('CASCADE_PORT')
})
