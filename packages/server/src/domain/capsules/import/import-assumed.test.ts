import { expect, test } from 'vitest'
import { chatgptConversation, claudeConversation } from '../../../adapters/sources/testing/chat-exports.ts'
import { openImportWorld, TestFolder } from './testing.ts'

const CHATGPT = JSON.stringify([chatgptConversation('c', [{ text: 'asked' }])])
const CLAUDE = JSON.stringify([claudeConversation('c', ['asked'])])
const EMPTY = JSON.stringify([{ title: 'not a chat', mapping: {} }])
const INSTEAD = ' --kind folder (over HTTP `kind`) reads it as a folder of files'

test.for([
  {
    name: 'notes beside the conversations',
    files: { 'conversations.json': CHATGPT, 'bees.md': '# Bees', 'deep/wasps.txt': 'wasps' },
    imported: 1,
    reason: `the folder was taken for an export of ChatGPT, because of conversations.json in it; 2 other documents ("bees.md", "wasps.txt") passed over;${INSTEAD}`,
  },
  {
    name: 'more notes than are named',
    files: { 'conversations-001.json': CLAUDE, 'a.md': 'a', 'b.md': 'b', 'c.md': 'c', 'd.md': 'd' },
    imported: 1,
    reason: `the folder was taken for an export of Claude, because of conversations-001.json in it; 4 other documents ("a.md", "b.md", "c.md" …) passed over;${INSTEAD}`,
  },
  {
    name: 'no turn in the conversations',
    files: { 'conversations.json': EMPTY },
    imported: 0,
    reason: `the folder was taken for an export of ChatGPT, because of conversations.json in it, which holds no turn of a conversation;${INSTEAD}`,
  },
])(
  'a folder with $name says what it was taken for, and how it is read instead',
  async ({ files, imported, reason }) => {
    using folder = new TestFolder()
    for (const [path, content] of Object.entries(files)) folder.write(path, content)
    const world = await openImportWorld()
    const job = await world.run(folder.path)
    expect(job).toMatchObject({ state: 'completed', imported, skipped: 1, failed: 0, files_total: imported + 1 })
    expect(await world.files(job, 'skipped')).toMatchObject([{ path: '(folder)', reason }])
    expect(await world.run(folder.path)).toMatchObject({ imported: 0, unchanged: imported, skipped: 1 })
  },
)

test.for([
  { name: 'what an export brings along', kind: 'auto', more: ['chat.html', 'user.json', 'file-ab12-sent.md'] },
  { name: 'notes, where the kind was said', kind: 'chatgpt', more: ['bees.md'] },
] as const)('an export with $name leaves nothing out', async ({ kind, more }) => {
  using folder = new TestFolder()
  folder.write('conversations.json', CHATGPT)
  for (const path of more) folder.write(path, '{}')
  const world = await openImportWorld()
  expect(await world.run(folder.path, { kind })).toMatchObject({ imported: 1, skipped: 0, files_total: 1 })
})
