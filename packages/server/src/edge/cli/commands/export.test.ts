import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXPORT_FORMAT, EXPORT_FORMAT_VERSION } from '@forge-cascade/contract'
import { expect, onTestFinished, test } from 'vitest'
import { run, serve } from '../testing.ts'

const START = {
  kind: 'export',
  format: EXPORT_FORMAT,
  format_version: EXPORT_FORMAT_VERSION,
  instance: 'test',
  exported_at: '2026-01-01T00:00:00.000Z',
}

test.for([
  { name: 'a code', code: 'DATA_CORRUPT', exit: 7, told: 'DATA_CORRUPT' },
  { name: 'a code of another version', code: 'NEW_TROUBLE', exit: 6, told: 'NO_SERVER' },
])('an export that an instance breaks off with $name says why, and stays unfinished', async ({ code, exit, told }) => {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-broken-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const broken = { kind: 'broken', code, detail: '1 of 5 capsules cannot be read' }
  const text = `${JSON.stringify(START)}\n${JSON.stringify(broken)}\n`
  await using server = await serve(() => ({ text, type: 'application/x-ndjson' }))
  const ran = await run(['export', join(folder, 'out'), '--url', server.url])
  expect(ran).toMatchObject({ code: exit, out: '' })
  expect(ran.err).toContain(`cascade: 1 of 5 capsules cannot be read (${told})`)
  expect(readdirSync(join(folder, 'out'))).toEqual(['UNFINISHED.txt'])
})
