import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type VerifiedArtifact, verifiedArtifact } from '@forge-cascade/contract'
import { expect, onTestFinished, test } from 'vitest'
import type { CliIo } from '../cli-io.ts'
import { STORE_FILE } from '../doctor/store-files.ts'
import { run, serve } from '../testing.ts'

test.for<{ readonly name: string; readonly argv: readonly string[]; readonly says: RegExp }>([
  { name: 'another machine', argv: ['x', '--url', 'http://127.0.0.1:1'], says: /on the machine of the instance/ },
  { name: 'a score that is none', argv: ['x', '--min-score', '95%'], says: /--min-score takes a number from 0 to 1/ },
  { name: 'a score beyond 1', argv: ['x', '--min-score', '1.1'], says: /--min-score takes a number from 0 to 1/ },
  { name: 'a digest that is none', argv: ['x', '--digest', 'abc'], says: /--digest: expected SHA-256/ },
  { name: 'a capability that is none', argv: ['x', '--allow', 'ALL'], says: /--allow: expected lower-case words/ },
  {
    name: 'a signature that is not there',
    argv: ['x', '--signature', 'absent.note'],
    says: /absent\.note cannot be read/,
  },
  {
    name: 'a report over a file',
    argv: ['x', '--out', import.meta.filename],
    says: /artifact\.test\.ts cannot be written: there is something/,
  },
  {
    name: 'a report in a folder that is not there',
    argv: ['x', '--out', 'no/dir/report.json'],
    says: /report\.json cannot be written: the folder \/nowhere\/no\/dir does not exist\./,
  },
  {
    name: 'a report in what is a file',
    argv: ['x', '--out', `${import.meta.filename}/report.json`],
    says: /report\.json cannot be written: a part of this path is a file/,
  },
])('artifact verify with $name is refused before anything is opened', async ({ argv, says }) => {
  const { code, out, err } = await run(['artifact', 'verify', ...argv])
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(says)
})

test('artifact show takes a whole digest', async () => {
  const { code, err } = await run(['artifact', 'show', '6c1f0a3f'])
  expect([code, err]).toEqual([2, expect.stringMatching(/<digest>|--digest/)])
})

const HASH = '6c1f0a3fcb5d9a8b2f6c6d7a1e0f4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a'
const VERIFIED = verifiedArtifact.parse({
  report: {
    v: 1,
    artifact: { digest: HASH, files: 1, bytes: 1, name: null, version: null },
    verified_at: '2026-03-01T09:00:00.000Z',
    verifier: 'test 1',
    passed: true,
    score: 1,
    checks: [],
  },
  canonical: '{}',
  report_sha256: HASH,
  ledger_index: 4711,
})

const startedAt =
  (socket: string): CliIo['startInstance'] =>
  async () => ({
    ...{ socket, token: 't', tokenFile: '', url: null, stopped: new Promise(() => undefined) },
    boot: { status: 'ready', started_at: '', took_ms: 0, chunks: [] },
    reload: () => undefined,
    stop: async () => undefined,
  })

/** Verifies what the instance says this of. */
async function verifyAs(verified: VerifiedArtifact, ...argv: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'cascade-artifact-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  const socket = join(cwd, 'socket')
  const type = 'application/x-ndjson'
  writeFileSync(join(cwd, STORE_FILE), '')
  await using _instance = await serve(() => ({ text: `${JSON.stringify(verified)}\n`, type }), socket)
  return await run(['artifact', 'verify', 'x', '--data', '.', ...argv], {
    io: { cwd, startInstance: startedAt(socket) },
  })
}

test('an artifact of which nothing was checked has not passed, and the command says how to have it checked', async () => {
  const { code, out } = await verifyAs({ ...VERIFIED, report: { ...VERIFIED.report, score: 0 } })
  expect([code, out]).toEqual([7, expect.stringMatching(/^nothing was checked/)])
  expect(out).toContain('--digest, --signature with --key, or a manifest (cascade-artifact.json in it, or --manifest)')
  expect((await verifyAs(VERIFIED)).code).toBe(0)
  expect((await run(['artifact', 'verify', '--help'])).out).toMatch(/--manifest <file>.*cascade-artifact\.json/)
})

test('a report that cannot be written any more is shown before that is told', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'cascade-artifact-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  const [socket, report] = [join(cwd, 'socket'), join(cwd, 'report.json')]
  await using _instance = await serve(() => {
    // Somebody else was faster.
    writeFileSync(report, 'theirs')
    return { text: `${JSON.stringify(VERIFIED)}\n`, type: 'application/x-ndjson' }
  }, socket)
  writeFileSync(join(cwd, STORE_FILE), '')
  const argv = ['artifact', 'verify', 'x', '--out', 'report.json', '--data', '.', '--json']
  const { code, out, err } = await run(argv, { io: { cwd, startInstance: startedAt(socket) } })
  expect([code, JSON.parse(out)]).toEqual([2, VERIFIED])
  expect(err).toContain('report.json cannot be written: there is something at this path already')
  expect(readFileSync(report, 'utf8')).toBe('theirs')
})
