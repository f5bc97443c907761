import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../node-runtime.mjs'
import { findReached } from './source-files.ts'

function reachedIn(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-sources-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    return findReached(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const HERE = 'import.meta.url'

interface Broken {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly error: RegExp
}

test.for<Broken>([
  {
    name: 'a place told in a way that the build does not know',
    files: { 'a.ts': `const file = new URL(name, ${HERE})` },
    error: /a\.ts: the package does not know how to serve/,
  },
  {
    name: 'a thread whose module is not there',
    files: { 'a.ts': `const url = new URL(\`./lost-worker\${ending}\`, ${HERE})` },
    error: /a\.ts: names the thread lost-worker/,
  },
  {
    name: 'a thread named apart from where it starts, whose module is not there',
    files: { 'a.ts': `open({ file: 'lost-worker' })` },
    error: /a\.ts: names the thread lost-worker/,
  },
  {
    name: 'a thread that starts from who knows where',
    files: { 'a.ts': 'const worker = new Worker(given)' },
    error: /a\.ts: starts a thread whose entry is not to be seen/,
  },
  {
    name: 'two assets of one name',
    files: { 'a/x.ts': `new URL('logo.svg', ${HERE})`, 'b/x.ts': `new URL('logo.svg', ${HERE})` },
    error: /b\/logo\.svg and a\/logo\.svg would both be logo\.svg/,
  },
])('refuses $name', ({ files, error }) => {
  expect(() => reachedIn(files)).toThrow(error)
})

test('finds threads and assets, and leaves tests and their helpers aside', () => {
  const { workers, assets } = reachedIn({
    'a/count-worker.ts': '',
    'a/count.ts': `new Worker(new URL(\`./count-worker\${ending}\`, ${HERE}))`,
    'a/page.ts': `join(import.meta.dirname, 'pages', name)`,
    'a/testing/crashing-worker.ts': '',
    'a/count.test.ts': 'new Worker(given)',
  })
  expect([...workers]).toEqual([['count-worker', 'a/count-worker.ts']])
  expect([...assets]).toEqual([['pages', 'a/pages']])
})

test('knows every way in which the server reaches a thread or an asset', () => {
  const { workers, assets } = findReached(join(ROOT, 'packages/server/src'))
  expect([...workers.keys()]).toEqual(
    expect.arrayContaining(['reader-worker', 'writer-worker', 'document-reader-worker']),
  )
  expect([...assets.keys()]).toEqual(expect.arrayContaining(['assets', 'kernel-simd.wasm', 'kernel-relaxed.wasm']))
})
