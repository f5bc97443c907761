import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ARTIFACT_LIMITS, MANIFEST_FILE, type VerifiedArtifact, verifyArtifactLine } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isCascadeError, sha256Hex } from '#base'
import { createEd25519Signer, formatVerifierKey, signNote } from '#ledger'
import { signedTextOf } from '#verification'
import { manifestText } from '../../platform/verification/testing.ts'
import { HttpClient } from '../cli/http-client.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-artifact-routes-'))
const FOLDER = join(root, 'probe')
const FILES = {
  'main.mjs': 'export const one = 1\n',
  'a.test.mjs': `import { one } from './main.mjs'\nif (one !== 1) process.exit(1)\n`,
}
const SLOW = join(root, 'slow')
const VERIFY = '/v2/artifacts/verify'

let http: HttpWorld
let local: HttpClient

function put(folder: string, files: Readonly<Record<string, string>>, tests: Parameters<typeof manifestText>[1]): void {
  mkdirSync(folder)
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  writeFileSync(join(folder, MANIFEST_FILE), manifestText(files, tests))
}

beforeAll(async () => {
  put(FOLDER, FILES, { tests: [{ name: 'one', file: 'a.test.mjs' }] })
  put(SLOW, { 'a.mjs': 'setInterval(() => {}, 1000)' }, { tests: [{ name: 'slow', file: 'a.mjs', timeout_ms: 1500 }] })
  http = await openHttpWorld()
  const socket = join(root, 's')
  await http.server.listenLocally(socket)
  local = new HttpClient({ socket }, http.token)
})
afterAll(async () => {
  await http[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

async function verify(body: unknown, client = local): Promise<VerifiedArtifact> {
  let last: unknown
  for await (const text of client.lines('POST', VERIFY, { body })) last = verifyArtifactLine.parse(JSON.parse(text))
  // The last line of an answer that did not break off is what it came to.
  return last as VerifiedArtifact
}

async function codeOf(body: unknown, client = local): Promise<string> {
  try {
    await verify(body, client)
  } catch (error) {
    return isCascadeError(error) ? error.code : String(error)
  }
  return 'none'
}

const head = (): number => http.world.context.store.head()

describe('an artifact', () => {
  test('is verified with its tests, and the log holds the digest of the report', async () => {
    const { report, canonical, report_sha256, ledger_index } = await verify({ path: FOLDER, run_tests: true })
    expect(report.checks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['digest', 'skipped'],
      ['structure', 'passed'],
      ['signature', 'skipped'],
      ['capabilities', 'passed'],
      ['tests', 'passed'],
    ])
    expect([report.passed, report.score]).toEqual([true, 0.6])
    expect([sha256Hex(canonical), JSON.parse(canonical)]).toEqual([report_sha256, report])
    const leaf = (await http.world.context.store.ledger.find(ledger_index))?.leaf
    expect(leaf).toMatchObject({
      ...{ category: 'verification', type: 'artifact.verified', actor: http.world.administrator.id },
      subject: `artifact/${report.artifact.digest}`,
      payload: { digest: report.artifact.digest, passed: true, score: 0.6, report_sha256, checks: { tests: 'passed' } },
    })
    expect(JSON.stringify(leaf)).not.toContain('probe')
  })

  test('that is stated, signed, allowed and tested has the whole score', async () => {
    const [before, after] = [join(root, 'before'), join(root, 'after')]
    put(before, FILES, { capabilities: ['a'] })
    mkdirSync(after)
    for (const [path, text] of Object.entries(FILES)) writeFileSync(join(after, path), text)
    const tests = [{ name: 'one', file: 'a.test.mjs' }]
    const manifest = manifestText(FILES, { capabilities: ['a', 'b'], version: '2.0.0', tests })
    const digest = (await verify({ path: after, manifest })).report.artifact.digest
    const ada = createEd25519Signer('ada.example', generateKeyPairSync('ed25519').privateKey)
    const [signature, keys] = [signNote(signedTextOf(digest), [ada]), [formatVerifierKey(ada.key)]]
    const asked = { path: after, manifest, before, digest, signature, keys, allow: ['b'], run_tests: true }
    expect((await verify(asked)).report).toMatchObject({ passed: true, score: 1 })
    const { report } = await verify({ ...asked, allow: [] })
    expect(report).toMatchObject({ passed: false, score: 0 })
    expect(report.checks.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'failed', 'skipped'])
  })

  test('that fails is recorded as well, and the newest verification counts', async () => {
    const before = await verify({ path: FOLDER })
    const { digest } = before.report.artifact
    const found = async () => (await http.send('GET', `/v2/artifacts/${digest}/verification`)).json()
    expect(await found()).toMatchObject({ score: 0.4, passed: true, ledger_index: before.ledger_index })
    const after = await verify({ path: FOLDER, digest: '0'.repeat(64) })
    expect(after.report.passed).toBe(false)
    expect(await found()).toMatchObject({ score: 0, passed: false, ledger_index: after.ledger_index })
  })

  test('whose client leaves is not recorded, its tests are ended, and the next is verified', async () => {
    const at = head()
    const leaving = new AbortController()
    const client = new HttpClient({ socket: join(root, 's') }, http.token, leaving.signal)
    await expect(
      (async () => {
        for await (const text of client.lines('POST', VERIFY, { body: { path: SLOW, run_tests: true } }))
          if (text.includes('"tests"')) leaving.abort()
      })(),
    ).rejects.toMatchObject({ code: 'NO_SERVER' })
    await expect.poll(() => codeOf({ path: FOLDER })).toBe('none')
    expect(head()).toBe(at + 1)
  })

  test('is verified while no other is', async () => {
    const running = verify({ path: SLOW, run_tests: true })
    await expect.poll(() => codeOf({ path: FOLDER })).toBe('RATE_LIMITED')
    expect((await running).report.checks.at(-1)).toMatchObject({ name: 'tests', outcome: 'failed' })
  })
})

describe('nothing is read, run or recorded', () => {
  test.for<[name: string, body: unknown, code: string]>([
    ['a path that is relative', { path: 'probe' }, 'UNPROCESSABLE'],
    ['a path where nothing is', { path: join(root, 'absent') }, 'SOURCE_UNREADABLE'],
    ['a path with a zero byte', { path: `${FOLDER}\0` }, 'SOURCE_UNREADABLE'],
    ['a version before without a manifest', { path: FOLDER, before: join(FOLDER, 'main.mjs') }, 'UNPROCESSABLE'],
    ['a second manifest', { path: FOLDER, manifest: '{}' }, 'UNPROCESSABLE'],
    ['no path', {}, 'VALIDATION_FAILED'],
    ['a member that there is not', { path: FOLDER, sign: true }, 'VALIDATION_FAILED'],
    ['a key that is none', { path: FOLDER, keys: ['ada'] }, 'VALIDATION_FAILED'],
    [
      'keys beyond their number',
      { path: FOLDER, keys: Array(ARTIFACT_LIMITS.keysMax + 1).fill('k') },
      'VALIDATION_FAILED',
    ],
    [
      'a note beyond its length',
      { path: FOLDER, signature: 'x'.repeat(ARTIFACT_LIMITS.noteLengthMax + 1) },
      'VALIDATION_FAILED',
    ],
    [
      'capabilities beyond their number',
      { path: FOLDER, allow: Array(ARTIFACT_LIMITS.capabilitiesMax + 1).fill('a') },
      'VALIDATION_FAILED',
    ],
    [
      'a capability beyond its length',
      { path: FOLDER, allow: ['a'.repeat(ARTIFACT_LIMITS.nameLengthMax + 1)] },
      'VALIDATION_FAILED',
    ],
  ])('for %s', async ([, body, code]) => {
    const at = head()
    expect(await codeOf(body)).toBe(code)
    expect(head()).toBe(at)
  })

  test('for who comes over the network, even with the token of the administrator', async () => {
    const { url } = await http.server.listen()
    const at = head()
    const remote = new HttpClient({ url: new URL(url) }, http.token)
    expect(await codeOf({ path: FOLDER, run_tests: true }, remote)).toBe('FORBIDDEN')
    const injected = await http.send('POST', VERIFY, { body: { path: FOLDER }, headers: { 'x-forwarded-for': '' } })
    expect([injected.statusCode, injected.json().code]).toEqual([403, 'FORBIDDEN'])
    expect(head()).toBe(at)
  })

  test('for who has no token, or no right, on the socket', async () => {
    const socket = join(root, 's')
    expect(await codeOf({ path: FOLDER }, new HttpClient({ socket }, undefined))).toBe('UNAUTHENTICATED')
    expect(await codeOf({ path: FOLDER }, new HttpClient({ socket }, http.memberToken))).toBe('FORBIDDEN')
  })
})

describe('what the log says of an artifact', () => {
  test('is nothing for one that was never verified', async () => {
    const answer = await http.send('GET', `/v2/artifacts/${'0'.repeat(64)}/verification`)
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND'])
  })

  test.for(['x', 'A'.repeat(64), '0'.repeat(63)])('is not asked for as %s', async (digest) => {
    const answer = await http.send('GET', `/v2/artifacts/${digest}/verification`)
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'VALIDATION_FAILED'])
  })

  test('is told to nobody without a token or a right', async () => {
    const url = `/v2/artifacts/${'0'.repeat(64)}/verification`
    expect((await http.send('GET', url, { headers: { authorization: undefined } })).statusCode).toBe(401)
    expect((await http.send('GET', url, { headers: { authorization: `Bearer ${http.memberToken}` } })).statusCode).toBe(
      403,
    )
  })
})
