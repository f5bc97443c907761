import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runPage } from './page-run.ts'

const root = join(import.meta.dirname, '../..')
const page = (...blocks: string[]) => runPage('p.md', blocks.join('\n\n'), root)
const block = (info: string, ...lines: string[]) => [`\`\`\`${info}`, ...lines, '```'].join('\n')

test.for([
  { name: 'ends with another code', text: block('sh', 'true', 'false', 'true'), says: 'p.md:2: ended with 1' },
  { name: 'breaks inside a pipe', text: block('sh', 'false | cat'), says: 'ended with 1' },
  { name: 'ends with 0 where another code is shown', text: block('sh exits 3', 'true'), says: 'ended with 0' },
  { name: 'prints something else', text: block('console', '$ echo one', 'two'), says: 'two' },
  { name: 'prints other JSON', text: `${block('sh', "echo '{}'")}\n${block('json', '{"a":1}')}`, says: '/a' },
  { name: 'leaves the shell', text: block('sh', 'exit 0'), says: 'the shell left' },
  { name: 'is marked by a word nobody knows', text: block('sh sometimes', 'true'), says: '`sometimes`' },
  { name: 'is left out without a reason', text: block('sh no-run:', 'true'), says: '`no-run:`' },
  { name: 'is to end where nobody serves', text: '<!-- Ctrl-C -->', says: 'nobody served' },
])('a block that $name is a fault', async ({ text, says }) => {
  const { faults } = await page(text)
  expect(faults.join()).toContain(says)
})

test('what follows a fault does not run', async () => {
  expect(await page(block('sh', 'false'), block('sh', 'true'))).toMatchObject({ ran: 1, faults: [expect.any(String)] })
})

test('variables and the folder last, hidden blocks prepare, and places of the page lie elsewhere', async () => {
  const report = await page(
    '<!-- sh\nx=there; mkdir -p /srv/it ~/notes\n-->',
    block('sh', 'cd /srv/it'),
    block('console', '$ pwd', '/srv/it', '$ echo "$x" ~', 'there /srv/ada', '$ echo \\', '  two', 'two'),
    block('sh exits 3', '(exit 3)'),
    block('text', '$ not typed'),
    block('sh no-run: needs a registry', 'rm -rf everything'),
  )
  expect(report).toEqual({ ran: 6, compared: 3, leftOut: ['p.md:27: needs a registry'], faults: [] })
})
