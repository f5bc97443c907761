import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { evidenceWrittenAnswer, replayReport } from '@forge-cascade/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEd25519Signer, parseVerifierKey } from '#ledger'
import { bundleDigest } from '#policy'
import { policies } from '../../compose-policies.ts'
import { filesOf, resealed, zipOf } from '../../platform/evidence/testing.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { openHttpWorld } from '../http/testing.ts'
import { startServer } from './testing/server.ts'
import { run } from './testing.ts'

const ROOT = mkdtempSync(join(tmpdir(), 'cascade-gate-replay-'))
const [INSTANCE, AUDITOR] = [join(ROOT, 'instance'), join(ROOT, 'auditor')]
const BUNDLE_FILE = join(AUDITOR, 'evidence.zip')
let key: string

const cascade = (...argv: string[]) => run(argv, { io: { cwd: INSTANCE } })
const auditor = (...argv: string[]) => run(argv, { io: { cwd: AUDITOR } })
const files = () => filesOf(readFileSync(BUNDLE_FILE))

beforeAll(async () => {
  for (const folder of [INSTANCE, AUDITOR]) mkdirSync(folder)
  await using server = await startServer(INSTANCE)
  expect(server.url).not.toBe('')
  for (const text of ['one', 'two']) await cascade('remember', `Invoice number ${text}.`)
  const written = await cascade('evidence', 'export', '--decisions', '--out', BUNDLE_FILE, '--json')
  key = evidenceWrittenAnswer.parse(JSON.parse(written.out)).key
  await cascade('evidence', 'export', '--out', join(AUDITOR, 'plain.zip'))
}, 30_000)
afterAll(() => rmSync(ROOT, { recursive: true, force: true }))

/** The bundle of another log, whose instance itself changes it before it signs. */
async function dishonest(change: (all: Map<string, Uint8Array>) => void): Promise<string> {
  const logKey = newEd25519()
  await using http = await openHttpWorld({ logKey, recorded: {} })
  await http.send('POST', '/v2/capsules', { body: { content: 'Backups run at two.', type: 'knowledge' } })
  await http.journal.settle()
  const { rawPayload } = await http.send('POST', '/v2/ledger/evidence', { body: { decisions: true } })
  const own = (await http.send('GET', '/v2/ledger/key')).payload.trimEnd()
  const all = filesOf(rawPayload)
  change(all)
  const signed = resealed(all, createEd25519Signer(parseVerifierKey(own)!.name, logKey))
  writeFileSync(join(AUDITOR, 'dishonest.zip'), zipOf([...signed].map(([path, bytes]) => ({ path, bytes }))))
  return own
}

test('whoever was handed a bundle decides again with no server, and nothing is made', async () => {
  const before = readdirSync(AUDITOR)
  const { code, out, err } = await auditor('gate', 'replay', 'evidence.zip', '--key', key)
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(
    /^sound .*\n(?:.*\n)*the same {2}\d+ decisions of \d+ entries, made again by the policies of then/,
  )
  expect(out).not.toContain('otherwise')
  expect(readdirSync(AUDITOR)).toEqual(before)
})

test('an unpacked bundle is decided again as well', async () => {
  for (const [path, bytes] of files()) {
    mkdirSync(dirname(join(AUDITOR, 'unpacked', path)), { recursive: true })
    writeFileSync(join(AUDITOR, 'unpacked', path), bytes)
  }
  const { code, out } = await auditor('gate', 'replay', 'unpacked', '--key', key, '--json')
  const report = replayReport.parse(JSON.parse(out))
  expect([code, report.same, report.findings]).toEqual([0, report.decisions, []])
})

test('a bundle that carries no decisions is told so, and ends with 3', async () => {
  const { code, out, err } = await auditor('gate', 'replay', 'plain.zip', '--key', key)
  expect([code, out, err]).toEqual([3, '', expect.stringContaining('evidence export --decisions')])
})

test('what is not as it was signed is named, and nothing of it is decided', async () => {
  for (const folder of ['decisions/', 'policies/', 'entries/']) {
    const path = [...files().keys()].find((each) => each.startsWith(folder))!
    const place = join(AUDITOR, 'altered', path)
    for (const [each, bytes] of files()) {
      mkdirSync(dirname(join(AUDITOR, 'altered', each)), { recursive: true })
      writeFileSync(join(AUDITOR, 'altered', each), bytes)
    }
    writeFileSync(place, readFileSync(place, 'utf8').replace('a', 'b'))
    const { code, out } = await auditor('gate', 'replay', 'altered', '--key', key, '--json')
    const report = replayReport.parse(JSON.parse(out))
    expect([code, report.decisions, report.verified.bad]).toEqual([7, 0, path])
    rmSync(join(AUDITOR, 'altered'), { recursive: true })
  }
  const other = await dishonest(() => undefined)
  const { code, out } = await auditor('gate', 'replay', 'evidence.zip', '--key', other)
  expect([code, out]).toEqual([7, expect.stringContaining(`it names ${key} as its own`)])
})

test('where a decision comes out otherwise it is named, with what differs, and the end is 7', async () => {
  const own = await dishonest((all) => {
    const path = [...all.keys()].find((each) => each.startsWith('decisions/'))!
    const { decisions, ...rest } = JSON.parse(Buffer.from(all.get(path)!).toString())
    const [{ kept, ...first }, ...others] = decisions
    const altered = { ...first, kept: { ...kept, outcome: { ...kept.outcome, effect: 'deny' } } }
    all.set(path, Buffer.from(JSON.stringify({ ...rest, decisions: [altered, ...others] })))
  })
  const { code, out } = await auditor('gate', 'replay', 'dishonest.zip', '--key', own)
  expect([code, out]).toEqual([7, expect.stringContaining('effect was "deny" and is "allow"')])
  expect(out).toMatch(/^sound .*\n(?:.*\n)*not the same {2}\d+ decisions(?:.*\n)*differs {2}[0-9a-f-]+, entry \d+\n/)
})

test('policies that were left out are no agreement', async () => {
  const own = await dishonest((all) => {
    for (const path of [...all.keys()]) if (path.startsWith('policies/')) all.delete(path)
  })
  const { code, out } = await auditor('gate', 'replay', 'dishonest.zip', '--key', own)
  expect([code, out]).toEqual([7, expect.stringContaining('the policies are missing, or not sound')])
})

test('policies that are not sound for this program are no agreement either, and end nothing', async () => {
  const own = await dishonest((all) => {
    const found = [...all.keys()].find((each) => each.startsWith('policies/'))!
    const { files: texts } = JSON.parse(Buffer.from(all.get(found)!).toString())
    const broken = [...texts, { path: 'own.cedar', text: 'permit(' }]
    const digest = bundleDigest(broken)
    all.delete(found)
    all.set(`policies/${digest}.json`, Buffer.from(JSON.stringify({ v: 1, files: broken })))
  })
  expect((await auditor('gate', 'replay', 'dishonest.zip', '--key', own)).code).toBe(7)
  await expect(policies.armPolicies([{ path: 'own.cedar', text: 'permit(' }])).resolves.toBeUndefined()
})
