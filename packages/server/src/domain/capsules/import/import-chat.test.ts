import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatgptConversation, claudeConversation, zipOf } from '../../../adapters/sources/testing/chat-exports.ts'
import { codeOf } from '../../../platform/store/testing.ts'
import type { StoredCapsule } from '../capsule.ts'
import { type ImportWorld, openImportWorld, TestFolder } from './testing.ts'

async function turnsOf(world: ImportWorld): Promise<readonly StoredCapsule[]> {
  const { items } = await world.store.capsules.list({}, { limit: 500 })
  return items.filter(({ source }) => source?.kind === 'chat').sort((a, b) => orderOf(a) - orderOf(b))
}

const orderOf = ({ source }: StoredCapsule): number => (source?.kind === 'chat' ? (source.index ?? 0) : 0)

const tell = ({ content, title, source, validFrom }: StoredCapsule) => ({
  content,
  title,
  source,
  validFrom: new Date(validFrom).toISOString(),
})

/** Imports one file with this content. */
async function importFile(name: string, content: string | Uint8Array, world?: ImportWorld) {
  using folder = new TestFolder()
  folder.write(name, content)
  const used = world ?? (await openImportWorld())
  const job = await used.run(join(folder.path, name))
  return { world: used, job, reasons: (await used.files(job, 'skipped')).map(({ reason }) => reason) }
}

describe('an export of ChatGPT', () => {
  test('is known by what it holds, and each turn keeps conversation, order, speaker, time and title', async () => {
    const conversation = chatgptConversation('c1', [
      { text: 'Why is the sky blue?' },
      { text: 'Because of scattering.' },
    ])
    const { world, job } = await importFile('data.json', JSON.stringify([conversation]))
    expect(job).toMatchObject({ kind: 'chatgpt', state: 'completed', imported: 2, skipped: 0, files_total: 2 })
    expect((await turnsOf(world)).map(tell)).toEqual([
      {
        content: 'Why is the sky blue?',
        title: 'About c1',
        source: { kind: 'chat', conversation: 'c1', index: 0, speaker: 'user', at: '2023-11-14T22:13:20.000Z' },
        validFrom: '2023-11-14T22:13:20.000Z',
      },
      {
        content: 'Because of scattering.',
        title: 'About c1',
        source: { kind: 'chat', conversation: 'c1', index: 1, speaker: 'assistant', at: '2023-11-14T22:13:21.000Z' },
        validFrom: '2023-11-14T22:13:21.000Z',
      },
    ])
  })

  test('gives the branch that was open last, without what was hidden, said by tools or to them', async () => {
    const conversation = chatgptConversation('c', [
      { role: 'system', text: 'You are helpful.' },
      { role: 'user', text: 'Settings', type: 'user_editable_context' },
      { text: 'asked', role: 'user' },
      { text: 'to a tool', role: 'assistant', recipient: 'python' },
      { text: 'from a tool', role: 'tool' },
      { text: 'reasoning', role: 'assistant', type: 'thoughts' },
      { text: 'hidden', role: 'assistant', hidden: true },
      { role: 'user', type: 'multimodal_text', parts: [{ asset_pointer: 'x' }, 'a picture', { text: 'and speech' }] },
      { text: 'answered', role: 'assistant', at: null },
    ])
    const mapping = conversation.mapping as Record<string, unknown>
    mapping.other = {
      parent: 'c-2',
      children: [],
      message: { author: { role: 'assistant' }, content: { content_type: 'text', parts: ['left behind'] } },
    }
    const { world, job } = await importFile('c.json', JSON.stringify([conversation]))
    expect(job).toMatchObject({ imported: 3, skipped: 0 })
    expect((await turnsOf(world)).map(({ content }) => content)).toEqual([
      'asked',
      'a picture\n\nand speech',
      'answered',
    ])
  })

  test('comes as a zip or a folder, also in parts, whose order is that of their numbers', async () => {
    const part = (id: string) => JSON.stringify([chatgptConversation(id, [{}, {}])])
    const files = { 'x/conversations-000.json': part('a'), 'x/conversations-001.json': part('b'), 'x/chat.html': '<p>' }
    const zipped = await importFile('export.zip', zipOf(files))
    expect(zipped.job).toMatchObject({ kind: 'chatgpt', state: 'completed', imported: 4 })
    using folder = new TestFolder()
    for (const [name, content] of Object.entries(files)) folder.write(name, content)
    folder.write('x/conversations-002.json.txt', 'none of them')
    symlinkSync('/etc/passwd', join(folder.path, 'x/conversations-003.json'))
    const job = await zipped.world.run(join(folder.path, 'x'))
    expect(job).toMatchObject({ kind: 'chatgpt', state: 'completed', unchanged: 4, capsules_created: 0 })
    expect(await turnsOf(zipped.world)).toHaveLength(4)
  })

  test('that has grown gives what is new, at the same path and at another', async () => {
    using folder = new TestFolder()
    const world = await openImportWorld()
    const path = join(folder.path, 'conversations.json')
    const first = chatgptConversation('a', [{}, {}])
    folder.write('conversations.json', JSON.stringify([first]))
    expect(await world.run(path)).toMatchObject({ imported: 2 })
    expect(await world.run(path)).toMatchObject({ imported: 0, unchanged: 2 })
    const grown = JSON.stringify([chatgptConversation('b', [{}]), chatgptConversation('a', [{}, {}, {}, {}])])
    folder.write('conversations.json', grown)
    expect(await world.run(path)).toMatchObject({ imported: 3, unchanged: 2, capsules_created: 3 })
    folder.write('later/conversations.json', grown)
    expect(await world.run(join(folder.path, 'later'))).toMatchObject({ imported: 0, unchanged: 5 })
    expect(await turnsOf(world)).toHaveLength(5)
  })

  test('a tree whose messages go round or hang in the air is read as far as it goes, and told', async () => {
    const circle = chatgptConversation('circle', [{}, {}])
    Object.assign((circle.mapping as Record<string, object>)['circle-0']!, { parent: 'circle-1' })
    const orphan = chatgptConversation('orphan', [{}, {}])
    delete (orphan.mapping as Record<string, unknown>)['orphan-0']
    const strange = [
      { mapping: { __proto__: null, a: 7, b: { message: 'x', parent: 4 } } },
      { mapping: {} },
      { other: 1 },
      5,
    ]
    const { job, reasons } = await importFile('c.json', JSON.stringify([circle, orphan, ...strange]))
    expect(job).toMatchObject({ state: 'completed', imported: 3, skipped: 4 })
    expect(reasons.sort()).toEqual([
      'a message that others answer is missing; those after it are taken in',
      'it is no conversation of this kind of export',
      'it is no conversation of this kind of export',
      'its messages go round in a circle; each of them is taken in once',
    ])
  })

  test('a message that is too long is skipped, and one with half a character is mended', async () => {
    const conversation = chatgptConversation('c', [
      { text: 'x'.repeat(1024 * 1024 + 1) },
      { text: 'half \ud800 a character' },
    ])
    const { world, job, reasons } = await importFile(
      'c.json',
      JSON.stringify([{ ...conversation, title: '\ud800\n  ' }]),
    )
    expect(job).toMatchObject({ imported: 1, skipped: 1, failed: 0 })
    expect(reasons).toEqual(['the message has 1048577 bytes; a capsule holds at most 1048576'])
    expect((await turnsOf(world)).map(({ content, title }) => [content, title])).toEqual([
      ['half \ufffd a character', '\ufffd'],
    ])
  })

  test('that is long is read on a thread, and its end is known before it is reached', async () => {
    const conversations = Array.from({ length: 40 }, (_, n) =>
      chatgptConversation(`c${n}`, [{ text: `${n} `.repeat(8000) }, { text: 'short' }]),
    )
    const { job } = await importFile('c.zip', zipOf({ 'conversations.json': JSON.stringify(conversations) }))
    expect(job).toMatchObject({ kind: 'chatgpt', state: 'completed', imported: 80, files_total: 80 })
  })

  test('a file that was cut off gives what is whole of it', async () => {
    const text = JSON.stringify([chatgptConversation('a', [{}, {}]), chatgptConversation('b', [{}])])
    const { job, reasons } = await importFile('c.json', text.slice(0, -20))
    expect(job).toMatchObject({ imported: 2, skipped: 1 })
    expect(reasons).toEqual(['it ends in the middle; it was not written or copied to its end'])
  })

  test('an archive made to harm is refused whole, and one whose content lies gives what came before', async () => {
    using folder = new TestFolder()
    const world = await openImportWorld()
    const open = (name: string, content: string | Uint8Array) => {
      folder.write(name, content)
      return codeOf(() => world.run(join(folder.path, name), { kind: 'chatgpt' }))
    }
    const good = JSON.stringify([chatgptConversation('a', [{}])])
    expect(await open('bomb.zip', zipOf({ 'conversations.json': Buffer.alloc(32 * 1024 * 1024, 0x20) }))).toBe(
      'SOURCE_UNREADABLE',
    )
    expect(await open('path.zip', zipOf({ '../conversations.json': good }))).toBe('SOURCE_UNREADABLE')
    expect(await open('empty.zip', zipOf({ 'a.txt': 'a' }))).toBe('SOURCE_UNREADABLE')
    expect(await open('no.zip', 'no archive at all')).toBe('SOURCE_UNREADABLE')
    folder.write('lie.zip', zipOf({ 'conversations.json': good }, { 'conversations.json': 10 }))
    const job = await world.run(join(folder.path, 'lie.zip'), { kind: 'chatgpt' })
    expect(job).toMatchObject({ state: 'completed', imported: 0, skipped: 1 })
    expect((await world.files(job, 'skipped'))[0]?.reason).toMatch(/^it cannot be read to its end: /)
  })
})

describe('an export of Claude', () => {
  test('gives what was said, without reasoning and tools, with the names of what was sent along', async () => {
    const conversation = claudeConversation('k', ['Hello', 'Hi there'])
    const messages = conversation.chat_messages as Record<string, unknown>[]
    messages.push(
      {
        uuid: 'm3',
        sender: 'human',
        text: 'only here',
        content: [],
        attachments: [{ file_name: 'plan.pdf' }],
        files: [],
      },
      {
        uuid: 'm4',
        sender: 'assistant',
        text: '',
        content: [{ type: 'thinking', thinking: 'hm' }, { type: 'tool_use' }],
      },
      {
        uuid: 'm5',
        sender: 'assistant',
        text: 'all',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      },
    )
    const { world, job } = await importFile(
      'export.zip',
      zipOf({ 'conversations.json': JSON.stringify([conversation]), 'users.json': '[]' }),
    )
    expect(job).toMatchObject({ kind: 'claude', imported: 4, skipped: 0 })
    const turns = await turnsOf(world)
    expect(turns.map(({ content }) => content)).toEqual(['Hello', 'Hi there', 'only here', 'one\n\ntwo'])
    expect(turns[1]?.source).toEqual({
      kind: 'chat',
      conversation: 'k',
      index: 1,
      speaker: 'assistant',
      at: '2025-03-01T09:01:00.000Z',
    })
    expect(turns[2]?.metadata).toEqual({ attachments: ['plan.pdf'] })
  })

  test('whatever grows, nothing is taken in twice and nothing is lost', async () => {
    const texts = fc.array(fc.constantFrom('yes', 'no', 'maybe', 'Hello.'), { maxLength: 6 })
    const step = fc.record({ a: texts, b: texts })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 3 }), async (steps) => {
        using folder = new TestFolder()
        const world = await openImportWorld()
        const said: { a: string[]; b: string[] } = { a: [], b: [] }
        for (const more of steps) {
          said.a.push(...more.a)
          said.b.push(...more.b)
          folder.write('c.json', JSON.stringify([claudeConversation('a', said.a), claudeConversation('b', said.b)]))
          await world.run(join(folder.path, 'c.json'), { kind: 'claude' })
          const job = await world.run(join(folder.path, 'c.json'), { kind: 'claude' })
          expect(job).toMatchObject({ imported: 0, capsules_created: 0, unchanged: said.a.length + said.b.length })
          expect((await world.store.capsules.counts()).capsules).toBe(said.a.length + said.b.length)
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('a transcript', () => {
  test('keeps speakers and times, and lines without either belong to the turn before', async () => {
    const text = [
      '31/12/2025, 21:15 - Messages are end-to-end encrypted.',
      '31/12/2025, 21:16 - Ada: Happy new year!',
      'To all of you: be well.',
      '',
      '\u200e[01/01/2026, 9:05:30 AM] Grace Hopper: Thanks',
    ].join('\r\n')
    const { world, job } = await importFile('party.txt', text)
    expect(job).toMatchObject({ kind: 'transcript', imported: 2, skipped: 0 })
    expect((await turnsOf(world)).map(tell)).toEqual([
      {
        content: 'Happy new year!\nTo all of you: be well.',
        title: 'party',
        source: { kind: 'chat', conversation: 'party.txt', index: 0, speaker: 'Ada', at: '2025-12-31T21:16:00.000Z' },
        validFrom: '2025-12-31T21:16:00.000Z',
      },
      {
        content: 'Thanks',
        title: 'party',
        source: {
          kind: 'chat',
          conversation: 'party.txt',
          index: 1,
          speaker: 'Grace Hopper',
          at: '2026-01-01T09:05:30.000Z',
        },
        validFrom: '2026-01-01T09:05:30.000Z',
      },
    ])
  })

  test('of names alone has no times, and one that grew at both ends gives what is new', async () => {
    using folder = new TestFolder()
    const world = await openImportWorld()
    const path = join(folder.path, 't.txt')
    folder.write('t.txt', 'Ada: yes\nBob: see https://a.example: there\nAda: yes\n')
    expect(await world.run(path)).toMatchObject({ kind: 'transcript', imported: 3 })
    folder.write('t.txt', 'Bob: well?\nAda: yes\nBob: see https://a.example: there\nAda: yes\nAda: yes\n')
    expect(await world.run(path)).toMatchObject({ imported: 2, unchanged: 3 })
  })

  test('a text that is none is told so', async () => {
    using folder = new TestFolder()
    const world = await openImportWorld()
    folder.write('prose.txt', 'Once upon a time.\nNothing was said.\n')
    expect(await codeOf(() => world.run(join(folder.path, 'prose.txt')))).toBe('SOURCE_UNREADABLE')
    const job = await world.run(join(folder.path, 'prose.txt'), { kind: 'transcript' })
    expect(job).toMatchObject({ state: 'completed', imported: 0, skipped: 1 })
  })
})

describe('a list in JSON', () => {
  test('gives a capsule for each text, body or object with a text, and says why others are none', async () => {
    const list = [
      'just words',
      { content: 'a body', type: 'decision', tags: ['x'], valid_from: '2025-01-01T00:00:00Z' },
      { text: 'a note', title: 'Note', tags: 'a, b', date: '2024-05-01', author: 'Ada', stars: 5 },
      {
        id: 'm1',
        memory: 'likes tea',
        user_id: 'ada',
        metadata: { mood: 'calm' },
        created_at: '2024-07-20T01:30:36-07:00',
      },
      { title: 'without a text' },
      null,
      7,
    ]
    const { world, job, reasons } = await importFile('list.json', JSON.stringify({ documents: list }))
    expect(job).toMatchObject({ kind: 'json', imported: 4, skipped: 3 })
    expect(reasons).toContain('it has no text: none of content, text, body, memory holds one')
    expect(reasons).toContain('it is neither a text nor an object')
    const { items } = await world.store.capsules.list({}, { limit: 10 })
    const told = new Map(
      items.map(({ content, type, title, tags, metadata, validFrom }) => [
        content,
        { type, title, tags, metadata, validFrom },
      ]),
    )
    expect(told.get('a body')).toMatchObject({ type: 'decision', tags: ['x'], validFrom: Date.UTC(2025, 0, 1) })
    expect(told.get('a note')).toEqual({
      type: 'knowledge',
      title: 'Note',
      tags: ['a', 'b'],
      metadata: { author: 'Ada', stars: 5 },
      validFrom: Date.UTC(2024, 4, 1),
    })
    expect(told.get('likes tea')).toMatchObject({
      metadata: { id: 'm1', user_id: 'ada', mood: 'calm' },
      validFrom: Date.parse('2024-07-20T08:30:36Z'),
    })
  })

  test('that was reordered and has grown gives what is new; what is no list is told', async () => {
    using folder = new TestFolder()
    const world = await openImportWorld()
    const path = join(folder.path, 'l.json')
    folder.write('l.json', '["one","two"]')
    expect(await world.run(path)).toMatchObject({ imported: 2 })
    folder.write('l.json', '["zero","two","one"]')
    expect(await world.run(path)).toMatchObject({ imported: 1, unchanged: 2 })
    folder.write('l.json', '{"a":1}')
    const job = await world.run(path)
    expect(job).toMatchObject({ state: 'completed', skipped: 1 })
    expect((await world.files(job, 'skipped'))[0]?.reason).toMatch(
      /^it holds no list of its own and none named documents/,
    )
  })
})
