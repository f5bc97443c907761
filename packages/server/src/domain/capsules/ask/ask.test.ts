import { describe, expect, test } from 'vitest'
import { openWorld } from '../use-cases/testing.ts'
import { ask } from './ask.ts'
import { definedSubject, standingOf } from './definition.ts'

describe('an answer', () => {
  test('is nothing when the sources say nothing about it', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'Backups are written every night. They are restored once a month.' })
    expect((await ask(context, { question: 'How tall is the Eiffel tower?' })).quotes).toEqual([])
    expect((await ask(context, { question: '???' })).quotes).toEqual([])
  })

  test('a verb with its particle is not the verb alone', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'A loan is taken back after a month.' })
    expect((await ask(context, { question: 'How do I back up?' })).quotes).toEqual([])
    await add({ content: 'The command makes a backup of the folder.' })
    await add({ content: 'Whoever backs it all up sleeps well.' })
    const { quotes } = await ask(context, { question: 'How do I back up?' })
    expect(quotes.map(({ text }) => text).toSorted()).toEqual([
      'The command makes a backup of the folder.',
      'Whoever backs it all up sleeps well.',
    ])
  })

  test('keeps to a budget of tokens', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'Backups are written every night at two. Backups are kept for a month in another house.' })
    const question = 'When are backups written and how long are they kept?'
    const all = await ask(context, { question })
    const some = await ask(context, { question, max_tokens: 12 })
    expect([all.quotes.length, some.quotes.length]).toEqual([2, 1])
    expect(some.notices).toEqual(['1 of 2 found do not fit into 12 tokens.'])
  })

  test('quotes verbatim, with offsets into the content as it was sent', async () => {
    const { context, add } = await openWorld()
    const content = '# Backups 👩‍🚀\r\n\r\nBackups are written every night at two.\r\nThey are kept for 30 days.\r\n'
    await add({ content })
    const { quotes } = await ask(context, { question: 'When are backups written?' })
    expect(quotes[0]?.text).toBe('Backups are written every night at two.')
    for (const { start, end, text } of quotes) expect(content.slice(start, end)).toBe(text)
  })

  test.for([
    {
      language: 'German, over an ordinal',
      content: 'Der Umzug findet am 3. März statt. Die Wände sind weiß gestrichen.',
      question: 'Wann findet der Umzug statt?',
      expected: 'Der Umzug findet am 3. März statt.',
    },
    {
      language: 'Japanese',
      content: 'バックアップは毎晩二時に作成されます。会議室は三階にあります。',
      question: 'バックアップはいつ作成されますか？',
      expected: 'バックアップは毎晩二時に作成されます。',
    },
    {
      language: 'Chinese',
      content: '备份每天晚上两点写入磁盘。会议室在三楼的左边。',
      question: '备份什么时候写入磁盘？',
      expected: '备份每天晚上两点写入磁盘。',
    },
  ])('quotes whole sentences in $language', async ({ content, question, expected }) => {
    const { context, add } = await openWorld()
    await add({ content })
    expect((await ask(context, { question })).quotes[0]?.text).toBe(expected)
  })

  test('quotes no fragment of one or two words, in scripts without spaces either', async () => {
    const { context, add } = await openWorld()
    await add({ content: '备份。' })
    expect((await ask(context, { question: '备份什么时候写入磁盘？' })).quotes).toEqual([])
  })

  test('quotes a few words when they are all that a capsule says', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'Bob feeds cats.' })
    await add({ content: 'Cats. The dog is fed by Grace in the evening.' })
    expect((await ask(context, { question: 'Who feeds cats?' })).quotes[0]?.text).toBe('Bob feeds cats.')
  })

  test('prefers the sentence that defines what is asked for', async () => {
    const { context, add } = await openWorld()
    await add({
      content:
        'Every capsule has an owner and a version. A capsule is the atomic unit of knowledge. Look at the capsule list.',
    })
    const { quotes } = await ask(context, { question: 'What is a capsule?' })
    expect(quotes[0]?.text).toBe('A capsule is the atomic unit of knowledge.')
  })

  test('leaves out what only mentions a thing, where something says what it is', async () => {
    const { context, add } = await openWorld()
    const said = 'A capsule is the atomic unit of knowledge. A capsule may be a paragraph of a handbook.'
    await add({ content: said })
    await add({ content: 'Read a capsule: its newest version. The trust of the capsule counts at once.' })
    const { quotes } = await ask(context, { question: 'What is a capsule?' })
    expect(quotes.map(({ text }) => text).join(' ')).toBe(said)
  })

  test.for(['<!-- a capsule is\n\n hidden from all --> ', '<!-- a capsule is never closed'])(
    'quotes nothing that Markdown hides: %s',
    async (comment) => {
      const { context, add } = await openWorld()
      await add({ content: `The capsule is a unit of knowledge.\n\n${comment}` })
      const { quotes } = await ask(context, { question: 'What is a capsule?' })
      expect(quotes.map(({ text }) => text)).toEqual(['The capsule is a unit of knowledge.'])
    },
  )

  test.for([
    ['What is symmetric encryption?', 'Asymmetric encryption is encryption with two keys.', 'mentions'],
    ['What is go?', 'Ago is a word.', 'mentions'],
    ['What is a cat?', 'A category holds things.', 'mentions'],
    ['What is a cat?', 'Cats are animals.', 'defines'],
    ['What is a cat?', 'The cat sleeps.', 'tells'],
    ['What is istanbul?', 'İİİ istanbul is a city.', 'mentions'],
    ['What is a quokka?', 'Look at İİİ; a quokka is small.', 'mentions'],
  ] as const)('to "%s" the sentence "%s" %s it', ([question, text, expected]) => {
    expect(standingOf(text, definedSubject(question) ?? '')).toBe(expected)
  })

  test('quotes rows of a table, not the names of its columns', async () => {
    const { context, add } = await openWorld()
    await add({
      content: '| state of a capsule | what a capsule does |\n| --- | :--- |\n| ACTIVE | this capsule is found |\n',
    })
    const { quotes } = await ask(context, { question: 'What does a capsule do?' })
    expect(quotes.map(({ text }) => text)).toEqual(['| ACTIVE | this capsule is found |'])
  })

  test('quotes no block of code and no loose marks, and is not taken in by a mere mention', async () => {
    const { context, add } = await openWorld()
    const content = [
      'Read a capsule: its newest version, or an older one.',
      '- **Trust.** A capsule is the atomic unit of knowledge.',
      '```console',
      './cascade ask "what is a capsule?" answers what a capsule is',
      '```',
    ]
    await add({ content: content.join('\n') })
    const { quotes } = await ask(context, { question: 'What is a capsule?' })
    expect(quotes[0]?.text).toBe('A capsule is the atomic unit of knowledge.')
    expect(quotes.map(({ text }) => text).join()).not.toContain('```')
  })

  test('does not say the same twice', async () => {
    const { context, add } = await openWorld()
    await add({ content: 'The retention of audit records is seven years.', tags: ['a'] })
    await add({
      content: 'The retention of audit records is seven years!',
      tags: ['b'],
      source: { kind: 'url', url: 'https://example.org/' },
    })
    expect((await ask(context, { question: 'What is the retention of audit records?' })).quotes).toHaveLength(1)
  })

  test.for([
    { name: 'numbers', other: 'The retention of audit records in Germany is 10 years.' },
    { name: 'denial', other: 'The retention of audit records in Germany is not 7 years.' },
  ])('shows a conflict of $name', async ({ other }) => {
    const { context, add } = await openWorld()
    await add({ content: 'The retention of audit records in Germany is 7 years.' })
    await add({ content: other })
    const { quotes, conflicts } = await ask(context, { question: 'What is the retention of audit records in Germany?' })
    expect(quotes).toHaveLength(2)
    expect(conflicts).toMatchObject([{ citations: [1, 2] }])
  })

  test('keeps to the number of quotes that was asked for', async () => {
    const { context, add } = await openWorld()
    for (const place of ['Berlin', 'Paris', 'Rome', 'Oslo'])
      await add({ content: `Backups in ${place} are written every night by the team of ${place}.` })
    expect(
      (await ask(context, { question: 'Where are backups written every night?', quotes: 2 })).quotes.length,
    ).toBeLessThanOrEqual(2)
  })

  test('finds what stands at the end of a long content, and cites its place', async () => {
    const { context, add } = await openWorld()
    const fact = 'The Brindábella reservoir was opened in 1968 by the queen.'
    const content = `${'Some other words that nobody asks for stand here.\r\n'.repeat(15_000)}${fact}\r\nAnd more.\r\n`
    await add({ content })
    const { quotes } = await ask(context, { question: 'When was the Brindabella reservoir opened?' })
    expect(quotes[0]?.text).toBe(fact)
    expect(content.slice(quotes[0]?.start, quotes[0]?.end)).toBe(fact)
  })

  test.for([
    { name: 'spaces', question: `what is ab${' '.repeat(3900)}z` },
    { name: 'question marks', question: `what is ab${'?'.repeat(3900)}z` },
    { name: 'spaces and question marks', question: `what is a b${' ?'.repeat(1900)}z` },
  ])('a question of $name costs no more than any other', async ({ question }) => {
    const { context, add } = await openWorld()
    await add({ content: 'A capsule is the atomic unit of knowledge.' })
    // A pattern that tries every way to divide them would need minutes, and the test would run out of time.
    for (let round = 0; round < 200; round++) expect((await ask(context, { question })).quotes).toEqual([])
  })

  test.for(['What is a capsule?', '  what   is a\tcapsule ?? ', 'What is the capsule', 'what’s a capsule?'])(
    '"%s" asks for a definition',
    async (question) => {
      const { context, add } = await openWorld()
      await add({
        content: `Each capsule has an owner. ${'('.repeat(900)}The capsule is a unit of knowledge. Nice capsule.`,
      })
      const { quotes } = await ask(context, { question })
      expect(quotes[0]?.text).toContain('The capsule is a unit of knowledge.')
    },
  )
})
