import { expect, test } from 'vitest'
import { ROOT } from '../node-runtime.mjs'
import { findBundledPackages } from './bundled-packages.ts'
import { writeThirdPartyNotices } from './third-party-notices.ts'

test('a package that brings no licence text is refused', () => {
  const folder = `${ROOT}/node_modules/@forge-cascade/contract/src/index.ts`
  expect(() => findBundledPackages(ROOT, [folder])).toThrow('@forge-cascade/contract 0.1.0 brings no licence text')
})

test('each package is told once, by name, with its whole text; our own modules are none', () => {
  const modules = ['lib/route.js', 'fastify.js'].map((file) => `${ROOT}/node_modules/fastify/${file}`)
  const packages = findBundledPackages(ROOT, [...modules, `${ROOT}/packages/server/src/main.ts`])
  expect(packages.map(({ name }) => name)).toEqual(['fastify'])
  const notices = writeThirdPartyNotices(packages)
  expect(notices).toContain(`| fastify | ${packages[0]?.version} | MIT |`)
  expect(notices).toContain('The above copyright notice and this permission notice shall be included')
})

test('a text with a fence of its own cannot end its block', () => {
  const packages = [
    { name: 'sly', version: '1.0.0', licence: 'MIT', dependencies: [], path: '', texts: ['```\n# Heading'] },
  ]
  expect(writeThirdPartyNotices(packages)).toContain('````text\n```\n# Heading\n````')
})
