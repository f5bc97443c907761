import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Documents } from './documents.ts'

function folderOf(pages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'guides'))
  for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, name), text)
  return folder
}

test('a page that was taken away while the instance runs is not there, and the others are', async () => {
  const folder = folderOf({ 'README.md': '# R\n', 'guides/a.md': 'a' })
  const documents = new Documents(folder)
  expect((await documents.find('guides/a.md'))?.bytes.toString()).toBe('a')
  rmSync(join(folder, 'guides'), { recursive: true })
  expect(await documents.find('guides/a.md')).toBeUndefined()
  expect((await documents.find('README.md'))?.contentType).toContain('text/markdown')
  rmSync(folder, { recursive: true })
  expect(await documents.findLlmsText()).toBeUndefined()
})

test.for([null, '/nowhere/at/all'])('without a folder (%s) there are no pages', async (folder) => {
  const documents = new Documents(folder)
  expect(await documents.find('README.md')).toBeUndefined()
  expect(await documents.findLlmsText()).toBeUndefined()
})

test('nothing else than pages is served, whatever the name', async () => {
  const documents = new Documents(folderOf({ 'secret.txt': 's', 'README.md': 'r' }))
  for (const name of ['secret.txt', 'guides', '../x.md', 'guides/../README.md', '__proto__', ''])
    expect(await documents.find(name)).toBeUndefined()
})
