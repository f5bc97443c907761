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

test('what PDF.js brings along is told with its terms', () => {
  const notices = writeThirdPartyNotices(findBundledPackages(ROOT, [`${ROOT}/node_modules/unpdf/dist/pdfjs.mjs`]))
  expect(notices).toMatch(/^\| pdfjs-dist \(in unpdf\) \| \d+\.\d+\.\d+ \| Apache-2\.0 \|$/m)
  for (const name of ['brotli', 'pdf.js.openjpeg', 'pdf.js.jbig2', 'pdf.js.qcms'])
    expect(notices).toContain(`\n### ${name}, in unpdf\n`)
  for (const line of ['by the Brotli Authors.', 'Marti Maria', '2. Redistributions in binary form must reproduce'])
    expect(notices).toContain(line)
})

test('a text with a fence of its own cannot end its block', () => {
  const packages = [
    {
      name: 'sly',
      version: '1.0.0',
      licence: 'MIT',
      dependencies: [],
      path: '',
      contained: [],
      texts: ['```\n# Heading'],
    },
  ]
  expect(writeThirdPartyNotices(packages)).toContain('````text\n```\n# Heading\n````')
})
