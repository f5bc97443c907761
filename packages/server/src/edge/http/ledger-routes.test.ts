import { auditRow, consistencyProof, inclusionProof, integrity, ledgerEntry } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashLeaf, openCheckpoint, parseVerifierKey, TILE_WIDTH, verifyConsistency, verifyInclusion } from '#ledger'
import { parseEntryBundle } from '../../platform/ledger/merkle/index.ts'
import { parseLogProof } from '../../platform/ledger/note/index.ts'
import { noteOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const CAPSULES = 300

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld()
  for (let made = 0; made < CAPSULES; made++) await http.world.add({ content: `note ${made}` })
})
afterAll(() => http[Symbol.asyncDispose]())

const bytes = (text: string): Buffer => Buffer.from(text, 'hex')

async function checkpoint() {
  const [note, keys] = [await http.send('GET', '/v2/ledger/checkpoint'), await http.send('GET', '/v2/ledger/key')]
  const known = keys.payload
    .trimEnd()
    .split('\n')
    .map((line) => parseVerifierKey(line)!)
  const signed = openCheckpoint(note.payload, known[0]!.name, known)
  expect(signed).toBeDefined()
  return signed!
}

describe('what a stranger needs', () => {
  test('is a checkpoint that the key of the log signed', async () => {
    const { origin, size } = await checkpoint()
    expect(origin).toMatch(/^cascade\/[0-9a-f-]{36}$/)
    expect(size).toBeGreaterThan(CAPSULES)
  })

  test('is a proof that an entry is in it, with the entry as it was hashed', async () => {
    const { root } = await checkpoint()
    for (const index of [0, 1, 255, 256, CAPSULES - 1]) {
      const proof = inclusionProof.parse((await http.send('GET', `/v2/ledger/proof/inclusion?index=${index}`)).json())
      const entry = ledgerEntry.parse((await http.send('GET', `/v2/ledger/entries/${index}`)).json())
      const leafHash = hashLeaf(Buffer.from(entry.canonical))
      expect(Buffer.from(leafHash).toString('hex')).toBe(proof.leaf_hash)
      expect(JSON.parse(entry.canonical)).toEqual(entry.entry)
      const file = parseLogProof(proof.tlog_proof ?? '')
      expect(file).toMatchObject({ index, hashes: proof.hashes.map((hash) => Uint8Array.from(bytes(hash))) })
      const shown = { index, size: proof.size, leafHash, proof: proof.hashes.map(bytes), root }
      expect(verifyInclusion(shown)).toBe(true)
    }
  })

  test('is a proof that the log only grew', async () => {
    const { size, root } = await checkpoint()
    for (const from of [1, 200, 256, size]) {
      const answer = await http.send('GET', `/v2/ledger/proof/consistency?from=${from}`)
      const proof = consistencyProof.parse(answer.json())
      const fromRoot = Buffer.from(proof.from_root, 'hex')
      const claim = { from, to: size, fromRoot, toRoot: root, proof: proof.hashes.map(bytes) }
      expect(verifyConsistency(claim)).toBe(true)
    }
  })

  test('are tiles from which both can be worked out again', async () => {
    const { size } = await checkpoint()
    const full = await http.send('GET', '/v2/ledger/tile/0/000')
    const rest = await http.send('GET', `/v2/ledger/tile/0/001.p/${size - TILE_WIDTH}`)
    const bundle = await http.send('GET', '/v2/ledger/tile/entries/000')
    expect([full.statusCode, rest.statusCode, bundle.statusCode]).toEqual([200, 200, 200])
    expect([full.rawPayload.length, rest.rawPayload.length]).toEqual([256 * 32, (size - TILE_WIDTH) * 32])
    const entries = parseEntryBundle(bundle.rawPayload)!
    expect(Buffer.concat(entries.map((entry) => hashLeaf(entry)))).toEqual(full.rawPayload)
  })
})

test.for([
  '/v2/ledger/entries/99999999',
  '/v2/ledger/proof/inclusion?index=99999999',
  '/v2/ledger/proof/inclusion?index=5&size=5',
  '/v2/ledger/proof/inclusion?index=5&size=99999999',
  '/v2/ledger/proof/consistency?from=9&to=8',
  '/v2/ledger/proof/consistency?from=9&to=9007199254740991',
  '/v2/ledger/tile/0/002',
  '/v2/ledger/tile/0/001',
  '/v2/ledger/tile/0/000.p/0',
  '/v2/ledger/tile/0/000.p/256',
  '/v2/ledger/tile/0/0',
  '/v2/ledger/tile/00/000',
  '/v2/ledger/tile/9/000',
  '/v2/ledger/tile/entries',
  '/v2/ledger/tile/entries/001',
  '/v2/ledger/tile/..%2Fcheckpoint',
  '/v2/ledger/tile/0/x000/000',
])('%s is not there', async (url) => {
  const answer = await http.send('GET', url)
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND'])
})

test.for([
  '/v2/ledger/entries/-1',
  '/v2/ledger/entries/1.5',
  '/v2/ledger/entries/9007199254740993',
  '/v2/ledger/proof/inclusion',
  '/v2/ledger/proof/inclusion?index=',
  '/v2/ledger/proof/consistency?from=a',
  '/v2/system/audit-log?entity_id=1',
  '/v2/system/audit-log?user_id=nobody',
  '/v2/system/audit-log?since=yesterday',
  '/v2/system/audit-log?limit=0',
  '/v2/system/audit-log?order=oldest',
])('%s is refused with what was expected', async (url) => {
  const answer = await http.send('GET', url)
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'VALIDATION_FAILED'])
})

test('nothing of it is told without a token', async () => {
  for (const path of ['checkpoint', 'key', 'entries/0', 'integrity', 'tile/0/000', 'proof/inclusion?index=0'])
    expect((await http.send('GET', `/v2/ledger/${path}`, { headers: { authorization: undefined } })).statusCode).toBe(
      401,
    )
})

describe('the audit log', () => {
  const list = async (query: string) => {
    const answer = await http.send('GET', `/v2/system/audit-log?${query}`)
    expect(answer.statusCode, answer.payload).toBe(200)
    const { items, next_cursor } = answer.json()
    return { items: items.map((item: unknown) => auditRow.parse(item)), next: next_cursor as string | null }
  }

  test('has a row for each entry, newest first, in pages', async () => {
    const seen: number[] = []
    for (let cursor = ''; ; ) {
      const { items, next } = await list(`limit=100${cursor}`)
      seen.push(...items.map(({ ledger_index }: { ledger_index: number }) => ledger_index))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(seen).toEqual(Array.from(seen, (_, at) => seen.length - 1 - at))
    expect(seen.length).toBeGreaterThan(CAPSULES)
  })

  test('tells the whole story of a request by its correlation id', async () => {
    const correlation = '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10'
    const created = await http.send('POST', '/v2/capsules', {
      body: { content: 'one', type: 'knowledge' },
      headers: { 'x-correlation-id': correlation },
    })
    const { items } = await list(`correlation_id=${created.headers['x-correlation-id']}`)
    expect(items.map((row: { operation: string; entity_id: string }) => [row.operation, row.entity_id])).toEqual([
      ['capsule.created', created.json().id],
    ])
  })

  test('has filters that go together, and an empty page for what never happened', async () => {
    const { items } = await list('operation=capsule.created&entity_type=capsule&limit=3')
    expect(items).toHaveLength(3)
    const [{ entity_id }] = items
    expect((await list(`entity_type=capsule&entity_id=${entity_id}`)).items).toHaveLength(1)
    expect(await list('operation=capsule.flown')).toEqual({ items: [], next: null })
    expect(await list('entity_type=planet')).toEqual({ items: [], next: null })
    expect((await list('until=2000-01-01T00:00:00Z')).items).toEqual([])
  })

  test('tells what changed while the versions are there, and what the entry says for good', async () => {
    const body = { content: 'It was so.', type: 'knowledge', title: 'Before' }
    const { id } = (await http.send('POST', '/v2/capsules', { body })).json()
    const headers = { 'if-match': '*' }
    await http.send('PUT', `/v2/capsules/${id}`, { body: { title: 'After', content: 'It is so.' }, headers })
    const about = `entity_type=capsule&entity_id=${id}`
    const [versioned, created] = (await list(about)).items
    expect(versioned).toMatchObject({
      changes: { title: { from: 'Before', to: 'After' }, content: { from: { bytes: 10 }, to: { bytes: 9 } } },
      payload: { version: '1.1.0', version_before: '1.0.0' },
    })
    expect(created.changes.title).toEqual({ from: null, to: 'Before' })
    await http.send('POST', `/v2/capsules/${id}/erase`, { body: { legal_basis: 'gdpr-17' } })
    const after = (await list(about)).items
    expect(after.map(({ changes }: { changes: unknown }) => changes)).toEqual([
      { status: { to: 'ERASED' } },
      null,
      null,
    ])
    expect(after.slice(1).map(({ payload }: { payload: unknown }) => payload)).toEqual([
      versioned.payload,
      created.payload,
    ])
  })

  test('refuses a cursor that is none', async () => {
    for (const cursor of ['x', '-1', '1e3', '00'])
      expect((await http.send('GET', `/v2/system/audit-log?cursor=${cursor}`)).json().code).toBe('CURSOR_INVALID')
  })
})

test('a verification tells how far it is, and last what it found', async () => {
  const answer = await http.send('POST', '/v2/ledger/verify')
  const lines = answer.payload
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const found = integrity.parse(lines.at(-1))
  expect(found).toMatchObject({ valid: true, checked_to: found.size - 1 })
  expect(integrity.parse((await http.send('GET', '/v2/ledger/integrity')).json())).toEqual(found)
})

describe('a verification that takes its time', () => {
  test('has the processor to itself, and ends when its client leaves', async () => {
    const { store } = http.world.context
    for (let list = 0; list < 6; list++) await store.append(Array.from({ length: 1000 }, () => noteOf()))
    const { url } = await http.server.listen()
    const verify = (signal: AbortSignal) =>
      fetch(`${url}/v2/ledger/verify`, { method: 'POST', headers: { authorization: `Bearer ${http.token}` }, signal })
    const leaving = new AbortController()
    const answer = await verify(leaving.signal)
    const first = await answer.body?.getReader().read()
    expect(
      JSON.parse(
        Buffer.from(first?.value ?? [])
          .toString()
          .split('\n')[0] ?? '',
      ),
    ).toHaveProperty('checked')
    expect((await http.send('POST', '/v2/ledger/verify')).json().code).toBe('RATE_LIMITED')
    leaving.abort()
    // It notices between two pages; until then nobody else verifies.
    await expect
      .poll(async () => (await http.send('POST', '/v2/ledger/verify')).statusCode, { timeout: 10_000 })
      .toBe(200)
  })
})

describe('what happens to a capsule', () => {
  const TEXT = { content: 'A note that changes.', type: 'knowledge' } as const

  /** Carries out a change and gives the operations that the log tells of it, with the capsule they are about. */
  async function told(method: 'POST' | 'PUT' | 'DELETE', url: string, body?: object, headers = {}) {
    const before = http.world.context.store.head()
    const answer = await http.send(method, url, { ...(body && { body }), headers })
    expect(answer.statusCode, answer.payload).toBeLessThan(300)
    const entries = await http.world.context.store.ledger.range(before + 1, 100)
    return { answer, told: entries.map(({ leaf }) => leaf) }
  }

  test('is in the log, whatever it is, and its entries stay provable when it is erased', async () => {
    const { answer, told: created } = await told('POST', '/v2/capsules', TEXT)
    const { id } = answer.json()
    const other = (await told('POST', '/v2/capsules', { content: 'Another note.', type: 'knowledge' })).answer.json()
    const path = `/v2/capsules/${id}`
    const steps: { readonly name: string; readonly step: Parameters<typeof told> }[] = [
      { name: 'a version', step: ['PUT', path, { content: 'Changed.' }, { 'if-match': '*' }] },
      { name: 'a fork', step: ['POST', '/v2/capsules', { ...TEXT, parents: [{ id, reason: 'derived' }] }] },
      { name: 'a link', step: ['POST', `${path}/links`, { to: other.id, kind: 'RELATED_TO' }] },
      { name: 'its trust', step: ['PUT', `${path}/trust`, { trust: 50, reason: 'checked' }] },
      { name: 'a quarantine', step: ['POST', `${path}/quarantine`, { reason: 'doubted' }] },
      { name: 'a release', step: ['POST', `${path}/release`, { reason: 'sound' }] },
      { name: 'an archiving', step: ['DELETE', path] },
      { name: 'a restoring', step: ['POST', `${path}/restore`] },
    ]
    const entries = [...created]
    for (const { name, step } of steps) {
      const { told: leaves } = await told(...step)
      expect(leaves.length, name).toBeGreaterThan(0)
      entries.push(...leaves)
    }
    const signed = await checkpoint()
    const proofs = await Promise.all(
      entries.map(async ({ index }) => (await http.send('GET', `/v2/ledger/proof/inclusion?index=${index}`)).json()),
    )
    const canonical = await Promise.all(
      entries.map(async ({ index }) => (await http.send('GET', `/v2/ledger/entries/${index}`)).json().canonical),
    )

    const erased = await told('POST', `${path}/erase`, { legal_basis: 'gdpr-17' })
    expect(erased.told.map(({ type }) => type)).toContain('capsule.erased')
    expect((await http.send('GET', path)).statusCode).toBe(410)
    // What was proven before is proven still, and stands in the log as it stood.
    for (const [at, { index }] of entries.entries()) {
      const { canonical: now } = (await http.send('GET', `/v2/ledger/entries/${index}`)).json()
      expect(now).toBe(canonical[at])
      expect(now).not.toContain('A note that changes.')
      const proof = { ...proofs[at], leafHash: hashLeaf(Buffer.from(now)), proof: proofs[at].hashes.map(bytes) }
      expect(verifyInclusion({ ...proof, root: Buffer.from(proof.root, 'hex') })).toBe(true)
    }
    const grown = (await http.send('GET', `/v2/ledger/proof/consistency?from=${signed.size}`)).json()
    const claim = { from: signed.size, to: grown.to, fromRoot: signed.root, toRoot: Buffer.from(grown.to_root, 'hex') }
    expect(verifyConsistency({ ...claim, proof: grown.hashes.map(bytes) })).toBe(true)
    const verified = (await http.send('POST', '/v2/ledger/verify')).payload.trimEnd().split('\n')
    expect(JSON.parse(verified.at(-1)!)).toMatchObject({ valid: true })
  })
})
