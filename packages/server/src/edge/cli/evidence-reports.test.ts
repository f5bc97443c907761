import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changesReport, type Explanation, explanation, historyReport } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEd25519Signer, formatVerifierKey, signKeyChange, signNote } from '#ledger'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { nextId, noteOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from '../http/testing.ts'
import { explanationMarkdown } from './render/evidence-markdown.ts'
import { run } from './testing.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'cascade-reports-'))
const LOG_KEY = newEd25519()
const QUESTION = 'How long are invoices kept?'
const CONTENT = 'Invoices are kept for ten years.'

let http: HttpWorld
let url: string
/** Verifier keys that the log had before. */
const oldKeys: string[] = []
let id: string

const cascade = (...argv: string[]) =>
  run([...argv, '--url', url], { io: { cwd: FOLDER }, env: { CASCADE_TOKEN: http.token } })
const jsonOf = async (...argv: string[]) => {
  const { code, out, err } = await cascade(...argv, '--json')
  expect(err).toBe('')
  return { code, json: JSON.parse(out) }
}
const save = (name: string, text: string): string => {
  writeFileSync(join(FOLDER, name), text)
  return name
}
const create = async (body: object): Promise<string> =>
  (await http.send('POST', '/v2/capsules', { body: { type: 'knowledge', ...body } })).json().id
const checkpoint = async () => (await http.send('GET', '/v2/ledger/checkpoint')).payload

beforeAll(async () => {
  http = await openHttpWorld({
    logKey: LOG_KEY,
    context: ({ ledger, ...context }) => ({
      ...context,
      ledger: { ...ledger, keys: async () => [...(await ledger.keys()), ...oldKeys] },
    }),
  })
  const origin = await create({ content: 'The law says ten years.', title: 'Law' })
  id = await create({ content: CONTENT, title: 'Invoices', parents: [{ id: origin, reason: 'from the law' }] })
  save('early.checkpoint', await checkpoint())
  await http.send('PUT', `/v2/capsules/${id}/trust`, { body: { trust: 80, reason: 'checked' } })
  await create({ content: 'Something else.' })
  // Signed with whoever asks for the proof of the newest entry.
  await http.send('GET', `/v2/ledger/proof/inclusion?index=${http.world.context.store.head()}`)
  url = (await http.server.listen()).url
})
afterAll(async () => {
  await http[Symbol.asyncDispose]()
  rmSync(FOLDER, { recursive: true, force: true })
})

describe('changes', () => {
  test('go on a checkpoint that was kept, and are listed', async () => {
    const { code, json } = await jsonOf('evidence', 'changes', 'early.checkpoint')
    const report = changesReport.parse(json)
    expect([code, report.consistent]).toEqual([0, true])
    expect(report.entries.map(({ ledger_index }) => ledger_index)).toEqual(
      Array.from({ length: report.to.size - report.from.size }, (_, at) => report.from.size + at),
    )
    expect(report.counts).toMatchObject({ 'capsule.created': 1, 'capsule.trust_changed': 1 })
    const sizes = ['evidence', 'changes', String(report.from.size), String(report.to.size)]
    expect([report.kept, (await jsonOf(...sizes)).json]).toEqual([true, { ...report, kept: false }])
    expect((await cascade('evidence', 'changes', 'early.checkpoint')).out).toContain('none of those was altered')
  })

  /** The kept checkpoint with other lines, as the log itself would have signed it. */
  const forked = (change: (lines: string[]) => string[], key = LOG_KEY): string => {
    const [text = ''] = readFileSync(join(FOLDER, 'early.checkpoint'), 'utf8').split('\n\n')
    const lines = change(text.split('\n'))
    return signNote(`${lines.join('\n')}\n`, [createEd25519Signer(lines[0] ?? '', key)])
  }
  const WRONG = [
    { name: 'another root', change: (lines: string[]) => lines.with(2, Buffer.alloc(32).toString('base64')) },
    { name: 'more entries', change: (lines: string[]) => lines.with(1, '5000') },
  ]

  test.for(WRONG)('that do not go on one with $name, which the log signed, end with 7', async ({ change }) => {
    const file = save('forked.checkpoint', forked(change))
    const { code, json } = await jsonOf('evidence', 'changes', file)
    expect([code, json.consistent]).toEqual([7, false])
    expect((await cascade('evidence', 'changes', file)).out).toContain('does not go on the checkpoint')
  })

  test('from a number are told by whose word nothing was altered, which is no proof', async () => {
    const { code, out } = await cascade('evidence', 'changes', '1')
    expect(code).toBe(0)
    expect(out).toContain('by the word of this instance alone')
    expect(out).not.toContain('none of those was altered')
  })

  test('up to fewer entries than the checkpoint has are a mistake of who asks, and nothing is said of the log', async () => {
    const size = (await jsonOf('evidence', 'changes', 'early.checkpoint')).json.from.size
    const { code, out, err } = await cascade('evidence', 'changes', 'early.checkpoint', String(size - 1))
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`[to] is ${size - 1}: name a larger [to], or leave it out`)
  })

  test('up to more entries than the log has are a mistake of who asks, wherever they begin', async () => {
    for (const argv of [['5', '1000'], ['early.checkpoint', '1000'], ['1000']])
      expect(await cascade('evidence', 'changes', ...argv)).toMatchObject({
        ...{ code: 2, out: '' },
        err: expect.stringMatching(/is 1,000 entries, and the log has \d+: /),
      })
  })

  test('of a log with fewer entries than the checkpoint end with 7, whatever they are asked for up to', async () => {
    const file = save(
      'longer.checkpoint',
      forked((lines) => lines.with(1, '5000')),
    )
    for (const to of ['1', '6000']) {
      const { code, json } = await jsonOf('evidence', 'changes', file, to)
      expect([code, json.consistent, json.to]).toEqual([7, false, (await jsonOf('evidence', 'changes', '1')).json.to])
    }
  })

  test.for(WRONG)(
    'are not held against one with $name that was altered, or that another key signed',
    async ({ change }) => {
      const [text = '', signatures] = readFileSync(join(FOLDER, 'early.checkpoint'), 'utf8').split('\n\n')
      const altered = `${change(text.split('\n')).join('\n')}\n\n${signatures}`
      for (const note of [altered, forked(change, newEd25519())]) {
        const { code, out, err } = await cascade('evidence', 'changes', save('altered.checkpoint', note))
        expect([code, out]).toEqual([2, ''])
        expect(err).toContain('This checkpoint is not signed by this log, or was altered.')
      }
    },
  )

  test('are not held against one that a key signed which had ended by then; what it signed before counts', async () => {
    const [origin = ''] = readFileSync(join(FOLDER, 'early.checkpoint'), 'utf8').split('\n')
    const leaked = newEd25519()
    const signer = createEd25519Signer(origin, leaked)
    const next = createEd25519Signer(origin, LOG_KEY)
    oldKeys.push(formatVerifierKey(signer.key))
    const { store } = http.world.context
    const [key, previous] = [formatVerifierKey(next.key), formatVerifierKey(signer.key)]
    const statement = signKeyChange(origin, signer, next)
    const payload = { origin, key, previous, previous_until: null, statement, decision_id: nextId() }
    await store.append([noteOf({ type: 'ledger.key_rotated', subject: 'system/ledger', payload })])
    const ended = store.head()
    await http.send('GET', `/v2/ledger/proof/inclusion?index=${ended}`)
    const signedOf = (size: number) =>
      save(
        'leaked.checkpoint',
        forked((lines) => lines.with(1, String(size)).with(2, Buffer.alloc(32).toString('base64')), leaked),
      )
    const { code, out, err } = await cascade('evidence', 'changes', signedOf(ended + 1))
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`a key that ended when the log had ${ended}`)
    expect((await cascade('evidence', 'changes', signedOf(ended))).code).toBe(7)
  })

  test('go on a file with one newline too many, and no more', async () => {
    const note = readFileSync(join(FOLDER, 'early.checkpoint'), 'utf8')
    expect((await cascade('evidence', 'changes', save('printed.checkpoint', `${note}\n`))).code).toBe(0)
    expect((await cascade('evidence', 'changes', save('twice.checkpoint', `${note}\n\n`))).code).toBe(2)
  })

  test.for([
    { argv: ['0'], code: 2 },
    { argv: ['-1'], code: 2 },
    { argv: ['99999'], code: 2 },
    { argv: ['1', '500'], code: 2 },
    { argv: ['3', '2'], code: 2 },
    { argv: ['1', 'x'], code: 2 },
    { argv: ['absent.checkpoint'], code: 2 },
    { argv: [save('text', 'no checkpoint')], code: 2 },
    {
      argv: [save('other', 'other.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— a AAAAAAAA\n')],
      code: 5,
    },
  ])('of $argv are refused', async ({ argv, code }) => {
    expect(await cascade('evidence', 'changes', ...argv)).toMatchObject({ code, out: '' })
  })
})

describe('a history', () => {
  test('tells who did what, oldest first, and that reads are not recorded', async () => {
    const { code, json } = await jsonOf('evidence', 'history', id)
    const { entries } = historyReport.parse(json)
    expect([code, entries.map(({ operation }) => operation)]).toEqual([0, ['capsule.created', 'capsule.trust_changed']])
    const { out } = await cascade('evidence', 'history', id)
    expect(out).toContain('reads have no entries')
  })

  test('holds the legal holds that name the capsule, and no others', async () => {
    const [held, other] = [await create({ content: 'Held.' }), await create({ content: 'Held as well.' })]
    const place = async (capsule: string): Promise<string> => {
      const body = { target: { kind: 'capsule', capsule }, reason: 'Case 4711' }
      return (await http.send('POST', '/v2/holds', { body })).json().id
    }
    const hold = await place(held)
    await place(other)
    await http.send('PUT', `/v2/capsules/${held}/trust`, { body: { trust: 70, reason: 'checked' } })
    await http.send('POST', `/v2/holds/${hold}/lift`, { body: { reason: 'closed' } })
    const { entries } = historyReport.parse((await jsonOf('evidence', 'history', held)).json)
    expect(entries.map(({ operation, entity_id }) => [operation, entity_id])).toEqual([
      ['capsule.created', held],
      ['hold.placed', hold],
      ['capsule.trust_changed', held],
      ['hold.lifted', hold],
    ])
  })

  test('of what the log does not know ends with 3, and of what is no id with 2', async () => {
    expect((await cascade('evidence', 'history', '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10')).code).toBe(3)
    expect((await cascade('evidence', 'history', 'invoices')).code).toBe(2)
  })

  test('is written into a new file alone', async () => {
    expect((await cascade('evidence', 'history', id, '--out', 'history.md')).code).toBe(0)
    expect(readFileSync(join(FOLDER, 'history.md'), 'utf8')).toContain('# What happened to capsule')
    expect((await cascade('evidence', 'history', id, '--out', 'history.md')).code).toBe(2)
  })
})

describe('an explanation', () => {
  const explained = async (change = (answer: string) => answer) => {
    const { out } = await cascade('ask', QUESTION, '--json')
    const { code, json } = await jsonOf('evidence', 'explain', save('answer.json', change(out)), '--question', QUESTION)
    return { code, report: explanation.parse(json) }
  }

  test('holds every quote against the version, and that against the log', async () => {
    const { code, report } = await explained()
    expect([code, report.sound, report.question]).toEqual([0, true, QUESTION])
    const cited = report.citations.find(({ capsule_id }) => capsule_id === id)
    expect(cited).toMatchObject({ quoted: true, problem: null, digest: { matches: true } })
    expect(cited?.parents.map(({ reason }) => reason)).toEqual(['from the law'])
    const entry = await http.world.context.store.ledger.find(cited?.digest?.ledger_index ?? -1)
    expect(entry?.leaf).toMatchObject({ type: 'capsule.created', subject: `capsule/${id}` })
    const { out } = await cascade('evidence', 'explain', 'answer.json')
    expect(out).toContain(`is the one in entry ${entry?.leaf.index}`)
    expect(out).toContain(`| Embedder now | ${report.embedder} |`)
    expect(JSON.stringify(report)).not.toContain('"key"')
  })

  test.for([
    {
      what: 'another sentence',
      from: /"answer":"[^"]*\[1\]/,
      to: '"answer":"Invoices may be destroyed at once. [1]',
      word: 'says something else',
    },
    {
      what: 'no citation',
      from: /"citations":\[.*?\],"conflicts"/s,
      to: '"citations":[],"conflicts"',
      word: 'says something else',
    },
    { what: 'another title', from: /"title":"[^"]*"/, to: '"title":"Official policy"', word: 'title or source' },
    { what: 'another source', from: /"where":(null|"[^"]*")/, to: '"where":"law.pdf"', word: 'title or source' },
    { what: 'an earlier moment', from: /"sequence":\d+/, to: '"sequence":0', word: 'later than the answer' },
  ])('of an answer that was given $what ends with 7', async ({ from, to, word }) => {
    const { code, report } = await explained((text) => JSON.stringify(JSON.parse(text)).replace(from, to))
    expect([code, report.sound]).toEqual([7, false])
    expect((await cascade('evidence', 'explain', 'answer.json')).out).toContain(word)
  })

  test('names who wrote each version that is cited, and the decision that allowed it', async () => {
    const { report } = await explained()
    const { out } = await cascade('evidence', 'explain', 'answer.json')
    expect(report.citations.length).toBeGreaterThan(0)
    for (const { capsule_id, version, digest } of report.citations) {
      const entry = await http.world.context.store.ledger.find(digest?.ledger_index ?? -1)
      expect(entry?.leaf).toMatchObject({ subject: `capsule/${capsule_id}`, payload: { version } })
      expect([digest?.actor, digest?.decision_id]).toEqual([entry?.leaf.actor, entry?.leaf.payload.decision_id])
      expect(out).toContain(`| Written by | ${entry?.leaf.actor} |`)
      expect(out).toContain(`| Decision | ${entry?.leaf.payload.decision_id} |`)
    }
  })

  test('tells the author of the version that was cited, not of a later one', async () => {
    const said = 'Lamps of the hall are changed in May.'
    const first = await create({ content: said })
    const { out } = await cascade('ask', 'When are the lamps of the hall changed?', '--json')
    const before = (await http.send('GET', `/v2/capsules/${first}/versions/1.0.0/digest`)).json()
    const headers = { 'if-match': '*' }
    const changed = await http.send('PUT', `/v2/capsules/${first}`, {
      body: { content: `${said} Or June.` },
      headers,
    })
    expect(changed.statusCode).toBe(200)
    const { json } = await jsonOf('evidence', 'explain', save('lamps.json', out))
    const cited = explanation.parse(json).citations.find(({ capsule_id }) => capsule_id === first)
    expect(cited?.digest).toMatchObject({ decision_id: before.decision_id, ledger_index: before.ledger_index })
    const after = (await http.send('GET', `/v2/capsules/${first}/versions/${changed.json().version}/digest`)).json()
    expect(after.decision_id).not.toBe(before.decision_id)
  })

  test('names what the version that is cited derives from, in the versions that were used, and nothing that a later one added', async () => {
    const said = 'Bicycles of guests stand in the cellar.'
    const [old, added] = [
      await create({ content: 'House rules, old.' }),
      await create({ content: 'House rules, new.' }),
    ]
    const child = await create({ content: said, parents: [{ id: old, reason: 'as it was' }] })
    const { out } = await cascade('ask', 'Where do bicycles of guests stand?', '--json')
    const put = (of: string, body: object) =>
      http.send('PUT', `/v2/capsules/${of}`, { body, headers: { 'if-match': '*' } })
    await put(old, { content: 'House rules, old, mended.' })
    const parents = [
      { id: old, reason: 'as it is' },
      { id: added, reason: 'beside it' },
    ]
    expect((await put(child, { content: `${said} Or in the yard.`, parents })).statusCode).toBe(200)
    const { json } = await jsonOf('evidence', 'explain', save('bicycles.json', out))
    const cited = explanation.parse(json).citations.find(({ capsule_id }) => capsule_id === child)
    expect(cited?.parents).toMatchObject([{ id: old, version: '1.0.0', reason: 'as it was' }])
    expect(cited?.parents).toHaveLength(1)
    const shown = (await cascade('evidence', 'explain', 'bicycles.json')).out
    expect(shown).toContain(`| Derived from | ${old}@1.0.0 (as it was) |`)
    expect(shown).not.toContain(added)
  })

  test('of an answer that was altered ends with 7', async () => {
    const { code, report } = await explained((text) => text.replaceAll('ten years', 'two years'))
    expect([code, report.sound]).toEqual([7, false])
    expect((await cascade('evidence', 'explain', 'answer.json')).out).toContain('does not stand there')
  })

  test('says what is gone', async () => {
    const gone = await create({ content: 'Receipts of the canteen are thrown away after a week.' })
    const { out } = await cascade('ask', 'When are receipts of the canteen thrown away?', '--json')
    await http.send('POST', `/v2/capsules/${gone}/erase`, { body: { legal_basis: 'gdpr-17' } })
    const { code, json } = await jsonOf('evidence', 'explain', save('gone.json', out))
    const cited = explanation.parse(json).citations.find(({ capsule_id }) => capsule_id === gone)
    expect([code, cited?.digest, cited?.problem]).toEqual([7, null, expect.stringContaining('erased')])
  })

  test('of an answer of another instance says that the capsule is not here, and speaks of no erasure', async () => {
    const strange = '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10'
    const { code, report } = await explained((answer) => answer.replaceAll(id, strange))
    const cited = report.citations.find(({ capsule_id }) => capsule_id === strange)
    expect([code, cited?.problem]).toEqual([
      7,
      expect.stringMatching(/^This store has no such capsule: .*another instance/),
    ])
    const { out } = await cascade('evidence', 'explain', 'answer.json')
    expect(out).toContain('This store has no such capsule')
    expect(out).not.toContain('any more')
  })

  test.for([
    { name: 'is not there', file: 'absent.json' },
    { name: 'is no JSON', file: save('text.json', 'ten years') },
    { name: 'is no answer', file: save('list.json', '[]') },
  ])('of a file that $name is refused', async ({ file }) => {
    expect(await cascade('evidence', 'explain', file)).toMatchObject({ code: 2, out: '' })
  })

  test('shows what is hostile in an answer as text', () => {
    const hostile = '</td><script>1</script> | [x](javascript:1)\n# h'
    const cited = { capsule_id: id, version: '1.0.0', title: hostile, quote: hostile, where: hostile, trust: 60 }
    const unsound = { quoted: false, named: false, known: false, digest: null }
    const parent = { id, version: '1.0.0', reason: hostile, timestamp: '2026-03-01T09:00:00Z' }
    const report: Explanation = {
      ...{ question: hostile, answer: hostile, mode: hostile, embedder: hostile, correlation_id: hostile },
      ...{ sequence: 1, composed: false, sound: false },
      citations: [
        { ...cited, ...unsound, parents: [], problem: hostile },
        { ...cited, ...unsound, parents: [parent], problem: null },
      ],
    }
    expect(explanationMarkdown(report)).not.toMatch(/(?<!\\)<script|(?<!\\)\[x\]|^# h/m)
  })
})

test('a report of more entries than one holds is refused', async () => {
  const { store } = http.world.context
  for (let list = 0; list < 11; list++) await store.append(Array.from({ length: 1000 }, () => noteOf()))
  await http.send('GET', `/v2/ledger/proof/inclusion?index=${store.head()}`)
  expect((await cascade('evidence', 'changes', '1')).err).toContain('more than 10,000 entries')
})
