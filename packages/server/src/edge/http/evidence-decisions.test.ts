import { generateKeyPairSync } from 'node:crypto'
import type { CarriedDecisions } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUNDLE, type BundleFiles, carriedIn, policiesIn, verifyBundle } from '#evidence'
import { replayDecisions } from '#governance'
import { createEd25519Signer, type NoteSigner, parseVerifierKey, type VerifierKey } from '#ledger'
import { policies as offline } from '../../compose-policies.ts'
import { filesOf, resealed } from '../../platform/evidence/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/ledger/evidence'
const NOT_ALL = `@id("everybody.all") permit(principal, action, resource);
@id("no.tags") @mode("warn") @says("Nobody tags.") forbid(principal, action == Action::"capsule.update", resource);
@id("no.links") forbid(principal, action == Action::"capsule.link", resource);
`

const { privateKey } = generateKeyPairSync('ed25519')
let http: HttpWorld
let keys: readonly VerifierKey[]
let files: BundleFiles
let signer: NoteSigner

beforeAll(async () => {
  http = await openHttpWorld({ logKey: privateKey, recorded: {} })
  keys = [parseVerifierKey((await http.send('GET', '/v2/ledger/key')).payload.trimEnd())!]
  signer = createEd25519Signer(keys[0]!.name, privateKey)
  const made = await http.send('POST', '/v2/capsules', { body: { content: 'Backups run at two.', type: 'knowledge' } })
  await http.send('GET', `/v2/capsules/${made.json().id}`)
  await http.send('PUT', '/v2/governance/policies', { body: { files: [{ path: 'own.cedar', text: NOT_ALL }] } })
  await http.send('PUT', `/v2/capsules/${made.json().id}`, { body: { tags: ['a'] }, headers: { 'if-match': '*' } })
  await http.send('GET', `/v2/capsules/${made.json().id}`, { headers: { authorization: `Bearer ${http.memberToken}` } })
  files = await exported({ decisions: true })
}, 30_000)
afterAll(() => http[Symbol.asyncDispose]())

async function exported(query: object): Promise<BundleFiles> {
  await http.journal.settle()
  const answer = await http.send('POST', PATH, { body: query })
  expect(answer.statusCode, answer.payload.slice(0, 500)).toBe(200)
  return filesOf(answer.rawPayload)
}

const replay = (from: BundleFiles) =>
  replayDecisions(carriedIn(from), {
    findPolicies: async (digest) => {
      const found = policiesIn(from, digest)
      return found && offline.armPolicies(found)
    },
  })

const pathsOf = (folder: string, from: BundleFiles = files) =>
  [...from.keys()].filter((path) => path.startsWith(folder))
const jsonOf = (path: string, from: BundleFiles = files) => JSON.parse(Buffer.from(from.get(path)!).toString())
const carriedAt = (path: string): CarriedDecisions => jsonOf(path)

/** The bundle with one file changed, signed by the log as if it had been made so. */
function changed(path: string, value: unknown): BundleFiles {
  const all = new Map(files)
  if (value === undefined) all.delete(path)
  else all.set(path, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
  return resealed(all, signer)
}

const verdictOf = (of: BundleFiles) => verifyBundle(of, keys)

test('every decision that a bundle carries is made again, and comes to the same', async () => {
  expect(await verdictOf(files)).toMatchObject({ valid: true, decisions: pathsOf('decisions/').length })
  const report = await replay(files)
  expect(report).toMatchObject({ differs: 0, no_input: 0, no_policies: 0, findings: [] })
  expect(report.same).toBe(report.decisions)
  expect(report.same).toBeGreaterThan(5)
  expect(pathsOf('policies/')).toHaveLength(2)
})

test('a bundle without decisions is of version 1, as ever, and holds none of what they were made from', async () => {
  const plain = await exported({})
  expect([jsonOf(BUNDLE.manifest, plain).v, jsonOf(BUNDLE.manifest).v]).toEqual([1, 2])
  expect([...pathsOf('decisions/', plain), ...pathsOf('policies/', plain)]).toEqual([])
  expect((await verdictOf(plain)).decisions).toBeUndefined()
  expect(await verdictOf(resealed(plain, signer))).toMatchObject({ valid: true })
})

describe('what the log itself signed is not believed', () => {
  const kept = () => pathsOf('decisions/').find((path) => carriedAt(path).decisions[0]?.kept)!
  const two = () =>
    pathsOf('decisions/')
      .filter((path) => carriedAt(path).decisions.length === 1 && carriedAt(path).decisions[0]?.kept)
      .slice(0, 2) as [string, string]
  const withFirst = (path: string, change: (first: CarriedDecisions['decisions'][number]) => object) => {
    const { decisions, ...rest } = carriedAt(path)
    return { ...rest, decisions: decisions.map((each, at) => (at === 0 ? { ...each, ...change(each) } : each)) }
  }

  test('with an input that was altered, in any of its members', async () => {
    const path = kept()
    const { input } = carriedAt(path).decisions[0]!.kept!
    for (const name of Object.keys(input)) {
      const altered = withFirst(path, (first) => ({ kept: { ...first.kept, input: { ...input, [name]: 'other' } } }))
      const verdict = await verdictOf(changed(path, altered))
      expect([name, verdict.valid, verdict.bad]).toEqual([name, false, path])
      expect(verdict.reason).toContain('is not what its entry has the digest of')
    }
  })

  test('with an input under another key, or one of another decision', async () => {
    const [one, other] = two()
    const foreign = carriedAt(other).decisions[0]!
    const otherKey = withFirst(one, ({ kept }) => ({ kept: { ...kept, key: '0'.repeat(64) } }))
    const swapped = withFirst(one, () => ({ kept: foreign.kept }))
    const swappedWhole = withFirst(one, () => foreign)
    for (const value of [otherKey, swapped, swappedWhole, { ...carriedAt(other), entry: carriedAt(one).entry }])
      expect(await verdictOf(changed(one, value))).toMatchObject({ valid: false, bad: one })
  })

  test('with what no input can be: too deep, no text, or not there', async () => {
    const path = kept()
    const deep = withFirst(path, ({ kept }) => ({
      kept: { ...kept, input: JSON.parse(`{"a":${'['.repeat(300)}${']'.repeat(300)}}`) },
    }))
    const broken = withFirst(path, ({ kept }) => ({ kept: { ...kept, input: { action: '\ud800' } } }))
    const bottomless = `{"v":1,"entry":1,"decisions":${'['.repeat(200_000)}`
    for (const value of [deep, broken, bottomless, 'nothing', '', '[]', withFirst(path, () => ({ more: 1 }))])
      expect(await verdictOf(changed(path, value))).toMatchObject({ valid: false, bad: path })
    const gone = await verdictOf(changed(path, undefined))
    expect(gone).toMatchObject({ valid: false, bad: path, reason: expect.stringContaining('missing beside an entry') })
  })

  test('with a decision more, one less, another id, another count', async () => {
    const path = kept()
    const { decisions, ...rest } = carriedAt(path)
    const wrong = [
      { ...rest, decisions: [] },
      { ...rest, decisions: [...decisions, decisions[0]] },
      withFirst(path, () => ({ id: 'other' })),
      withFirst(path, ({ count }) => ({ count: count + 1 })),
    ]
    for (const value of wrong) expect(await verdictOf(changed(path, value))).toMatchObject({ valid: false, bad: path })
  })

  test('with decisions whose entry, or whose proof, is not there', async () => {
    const path = kept()
    const { entry } = carriedAt(path)
    const all = new Map(files)
    all.delete(`entries/${entry}.json`)
    all.delete(`proofs/${entry}.tlog-proof`)
    const alone = await verdictOf(resealed(all, signer))
    expect(alone).toMatchObject({ valid: false, bad: path, reason: expect.stringContaining('its entry') })
    const unproven = await verdictOf(changed(`proofs/${entry}.tlog-proof`, undefined))
    expect(unproven).toMatchObject({ valid: false, bad: BUNDLE.manifest })
    const other = await verdictOf(changed('decisions/999999.json', { v: 1, entry: 999_999, decisions: [] }))
    expect(other).toMatchObject({ valid: false, bad: 'decisions/999999.json' })
    expect(await verdictOf(changed('decisions/x.json', '{}'))).toMatchObject({ valid: false, bad: 'decisions/x.json' })
  })

  test('with policies of another text, another path, another name', async () => {
    for (const path of pathsOf('policies/')) {
      const { v, files: texts } = jsonOf(path) as { v: 1; files: { path: string; text: string }[] }
      const longer = texts.map((file, at) => (at === 0 ? { ...file, text: `${file.text} ` } : file))
      const moved = texts.map((file, at) => (at === 0 ? { ...file, path: `x${file.path}` } : file))
      const wrong = [
        { v, files: longer },
        { v, files: moved },
        { v, files: [...texts, ...texts] },
        { v, files: [] },
        '',
      ]
      for (const value of wrong)
        expect(await verdictOf(changed(path, value))).toMatchObject({ valid: false, bad: path })
    }
    const named = await verdictOf(changed('policies/own.json', jsonOf(pathsOf('policies/')[0]!)))
    expect(named).toMatchObject({ valid: false, bad: 'policies/own.json' })
  })

  test('and where the policies were left out, the decisions are told of as not made again', async () => {
    const [path] = pathsOf('policies/') as [string]
    const without = changed(path, undefined)
    expect(await verdictOf(without)).toMatchObject({ valid: true })
    const report = await replay(without)
    expect(report.no_policies).toBeGreaterThan(0)
    expect(report.findings[0]?.reason).toContain('are not in the bundle')
    expect(report.same + report.no_policies).toBe(report.decisions)
  })

  test('with a manifest that counts other decisions, or of version 1 with them', async () => {
    const manifest = jsonOf(BUNDLE.manifest)
    for (const value of [
      { ...manifest, v: 1 },
      { ...manifest, v: 3 },
      { ...manifest, decisions: undefined },
    ]) {
      const all = new Map(files).set(BUNDLE.manifest, Buffer.from(JSON.stringify(value)))
      expect(await verdictOf(all)).toMatchObject({ valid: false, bad: BUNDLE.manifest })
    }
  })
})

test('an outcome that was altered, which no entry has a digest of, is found by deciding again', async () => {
  const path = pathsOf('decisions/').find((each) => carriedAt(each).decisions[0]?.kept)!
  const { decisions, ...rest } = carriedAt(path)
  const altered = decisions.map(({ kept, ...each }, at) =>
    at === 0 && kept ? { ...each, kept: { ...kept, outcome: { ...kept.outcome, effect: 'deny' } } } : { ...each, kept },
  )
  const bundle = changed(path, { ...rest, decisions: altered })
  expect(await verdictOf(bundle)).toMatchObject({ valid: true })
  expect(await replay(bundle)).toMatchObject({ findings: [{ differs: ['effect'], ledger_index: rest.entry }] })
})

test('what was erased or has expired is listed with its digest, and no longer decided', async () => {
  const made = await http.send('POST', '/v2/capsules', { body: { content: 'Soon gone.', type: 'knowledge' } })
  const subject = `capsule/${made.json().id}`
  await http.send('GET', `/v2/capsules/${made.json().id}`)
  await http.send('POST', `/v2/capsules/${made.json().id}/erase`, { body: { legal_basis: 'gdpr-17' } })
  const all = await exported({ decisions: true })
  expect(await verdictOf(all)).toMatchObject({ valid: true })
  const gone = [...carriedIn(all)].filter(({ told, kept }) => told.resource === subject && kept === null)
  expect(gone.length).toBeGreaterThan(0)
  expect(gone[0]?.told.digest).toMatch(/^[0-9a-f]{64}$/)
  const report = await replay(all)
  expect(report).toMatchObject({ differs: 0, no_policies: 0 })
  expect(report.no_input).toBeGreaterThanOrEqual(gone.length)
})

describe('a bundle with decisions', () => {
  test('holds those of the entries that were asked for, and no others', async () => {
    const denied = await exported({ decisions: true, operation: 'decision.made' })
    const types = pathsOf('entries/', denied).map((path) => jsonOf(path, denied).type)
    expect(new Set(types)).toEqual(new Set(['decision.made']))
    expect(pathsOf('decisions/', denied)).toHaveLength(types.length)
    const others = await exported({ decisions: true, operation: 'capsule.created' })
    expect([pathsOf('decisions/', others), jsonOf(BUNDLE.manifest, others).decisions]).toEqual([
      [],
      { entries: 0, policies: 0 },
    ])
  })

  const toldOf = async (): Promise<number> =>
    (await http.send('GET', '/v2/system/audit-log?operation=evidence.exported&limit=100')).json().items.length

  test('takes the right to read decisions as well, and nothing is recorded of one that was refused', async () => {
    const mine = '@id("a") permit(principal, action, resource) unless { action == Action::"governance.read" };'
    await http.send('PUT', '/v2/governance/policies', { body: { files: [{ path: 'own.cedar', text: mine }] } })
    const before = await toldOf()
    const refused = await http.send('POST', PATH, { body: { decisions: true } })
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'FORBIDDEN'])
    expect((await http.send('POST', PATH, { body: {} })).statusCode).toBe(200)
    await http.send('PUT', '/v2/governance/policies', { body: { files: null } })
    expect(await toldOf()).toBe(before + 1)
  })
})
