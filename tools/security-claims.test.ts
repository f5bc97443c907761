import { join } from 'node:path'
import { ROUTES } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { listFiles, readText } from './checks/check.ts'

const root = join(import.meta.dirname, '..')

/** The rows of the table below a heading, as cells. */
function tableBelow(page: string, heading: string): readonly (readonly string[])[] {
  const text = readText(root, page)
  const section = text.slice(text.indexOf(`\n## ${heading}\n`)).split(/\n## /)[1] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(2).map((row) => row.split('|').map((cell) => cell.trim()))
}

const codeIn = (cell = ''): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map((hit) => hit[1] ?? '')

test('the list of what answers without a token is the list of the routes that do', () => {
  const told = tableBelow('SECURITY.md', 'Without the token').flatMap(([, addresses]) => codeIn(addresses))
  const open = ROUTES.filter(({ access }) => 'exempt' in access).map(({ path }) => path)
  expect(told.toSorted()).toEqual(open.toSorted())
})

test('no other page has a list of its own of what answers without a token', async () => {
  const pages = (await listFiles(root)).filter((path) => /^docs\/(?:guides|explanation)\/.*\.md$/.test(path))
  const speaking = pages.filter((page) => /without (?:it|the token)|asks? for it/.test(readText(root, page)))
  expect(speaking.filter((page) => !readText(root, page).includes('SECURITY.md#without-the-token'))).toEqual([])
})

test('every threat of the model is one of STRIDE, and shown by a test that is there', async () => {
  const threats = tableBelow('docs/explanation/threat-model.md', 'Threats')
  const tests = (await listFiles(root)).filter((path) => /\.(?:test|contract)\.ts$/.test(path))
  const faults = threats.filter(([, , stride = '', , shown = '']) => {
    const [, file, title] = /^`([^`]+)`: “([^”]+)”$/.exec(shown) ?? []
    const holds = tests.some((path) => path.endsWith(`/${file}`) && holdsTitle(readText(root, path), title ?? ''))
    return !(/^[STRIDE](?: [STRIDE])*$/.test(stride) && holds)
  })
  expect(faults).toEqual([])
  expect(new Set(threats.flatMap(([, , stride = '']) => stride.split(' '))).size).toBe('STRIDE'.length)
})

/** A part of what a test is called: between the quotation marks of a title, not in an import or a comment. */
const holdsTitle = (text: string, title: string): boolean =>
  text.split('\n').some((line) => /^\s*(?:test|describe|\]\)|['`]|\)\()/.test(line) && line.includes(title))
