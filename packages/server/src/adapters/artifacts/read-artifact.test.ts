import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ARTIFACT_LIMITS } from '@forge-cascade/contract'
import { afterAll, describe, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { readArtifact } from './read-artifact.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-artifact-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const never = new AbortController().signal
const folder = (): string => mkdtempSync(join(root, 'a-'))
const read = (path: string) => readArtifact(path, never)
const pathsOf = async (path: string) => (await read(path)).files.map((file) => file.path)

async function codeOf(path: string): Promise<string> {
  try {
    await read(path)
  } catch (error) {
    return isCascadeError(error) ? error.code : String(error)
  }
  return 'none'
}

describe('a folder', () => {
  test('has the digest that sha256sum gives for its files, in the order of their bytes', async () => {
    const path = folder()
    mkdirSync(join(path, 'b/c'), { recursive: true })
    for (const [name, text] of [
      ['b/c/z', '1'],
      ['b-', '2'],
      ['ä', '3'],
      ['Z', ''],
    ] as const)
      writeFileSync(join(path, name), text)
    const script = `find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`
    const expected = execFileSync('sh', ['-c', script], { cwd: path, encoding: 'utf8' }).slice(0, 64)
    expect(await read(path)).toMatchObject({ digest: expected, size: 3, problems: [] })
    expect(await pathsOf(path)).toEqual(['Z', 'b-', 'b/c/z', 'ä'])
  })

  test('that holds nothing is an artifact of no files', async () => {
    expect(await read(folder())).toMatchObject({ files: [], size: 0, problems: [] })
  })

  test('may be named by a link', async () => {
    const [path, link] = [folder(), join(root, 'link')]
    writeFileSync(join(path, 'a'), 'a')
    symlinkSync(path, link)
    expect(await pathsOf(link)).toEqual(['a'])
  })
})

test('a file is an artifact of one file with its name', async () => {
  const path = join(folder(), 'x.wasm')
  writeFileSync(path, 'bytes')
  expect((await read(path)).files).toMatchObject([{ path: 'x.wasm', bytes: new TextEncoder().encode('bytes') }])
})

describe('what no artifact may hold is named and not read', () => {
  const cases: readonly { readonly what: string; readonly make: (path: string) => void; readonly says: RegExp }[] = [
    {
      what: 'a link to a file outside',
      make: (path) => symlinkSync('/etc/passwd', join(path, 'x')),
      says: /"x" is a link/,
    },
    { what: 'a link to a folder outside', make: (path) => symlinkSync('/etc', join(path, 'x')), says: /"x" is a link/ },
    { what: 'a link to itself', make: (path) => symlinkSync('x', join(path, 'x')), says: /"x" is a link/ },
    { what: 'a link to the folder above', make: (path) => symlinkSync('..', join(path, 'x')), says: /"x" is a link/ },
    {
      what: 'a pipe that nobody writes into',
      make: (path) => void execFileSync('sh', ['-c', 'mkfifo "$0"', join(path, 'x')]),
      says: /"x" is no ordinary file/,
    },
    {
      what: 'a name with a line feed',
      make: (path) => writeFileSync(join(path, 'a\nb'), ''),
      says: /"a\\nb" holds a line feed/,
    },
    { what: 'a name with a backslash', make: (path) => writeFileSync(join(path, 'a\\b'), ''), says: /backslash/ },
    {
      what: 'a name that is not UTF-8',
      make: (path) => writeFileSync(Buffer.concat([Buffer.from(`${path}/a`), Buffer.of(0xff)]), ''),
      says: /is not UTF-8/,
    },
    {
      what: 'two names that differ in case',
      make: (path) => ['a', 'A'].forEach((name) => void writeFileSync(join(path, name), '')),
      says: /is "[aA]" in other letters/,
    },
  ]

  test.for(cases)('$what', async ({ make, says }) => {
    const path = folder()
    make(path)
    const { files, problems } = await read(path)
    expect(problems).toEqual([expect.stringMatching(says)])
    expect(files.length).toBeLessThan(2)
  })

  test('a socket', async () => {
    const path = folder()
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(path, 's'), resolve))
    expect((await read(path)).problems).toEqual(['"s" is no ordinary file'])
    await new Promise((resolve) => server.close(resolve))
  })

  test('folders deeper than any artifact has', async () => {
    const path = folder()
    mkdirSync(join(path, ...Array.from({ length: ARTIFACT_LIMITS.depthMax + 1 }, () => 'd'), 'e'), { recursive: true })
    expect((await read(path)).problems).toEqual([expect.stringContaining('lies too deep')])
  })

  test('more than is told of', async () => {
    const path = folder()
    for (let at = 0; at < 30; at++) symlinkSync('x', join(path, String(at)))
    const { problems } = await read(path)
    expect([problems.length, problems.at(-1)]).toEqual([11, 'and 20 more'])
  })
})

describe('what is too large is refused', () => {
  test('a file beyond the bytes of an artifact, without reading it', async () => {
    const path = join(folder(), 'large')
    writeFileSync(path, '')
    truncateSync(path, ARTIFACT_LIMITS.bytesMax + 1)
    expect(await codeOf(path)).toBe('UNPROCESSABLE')
  })

  test('files that are too many bytes together, were it one file under many names', async () => {
    const path = folder()
    writeFileSync(join(path, '0'), '')
    truncateSync(join(path, '0'), ARTIFACT_LIMITS.bytesMax / 4)
    for (let at = 1; at < 5; at++) linkSync(join(path, '0'), join(path, String(at)))
    expect(await codeOf(path)).toBe('UNPROCESSABLE')
  })

  test('more files than an artifact has', async () => {
    const path = folder()
    for (let at = 0; at <= ARTIFACT_LIMITS.filesMax; at++) writeFileSync(join(path, String(at)), '')
    expect(await codeOf(path)).toBe('UNPROCESSABLE')
  })
})

test.for(['/dev/zero', '/dev/stdin', join(root, 'absent'), join(root, 'nul\0')])('%j is no artifact', async (path) => {
  expect(await codeOf(path)).toBe('SOURCE_UNREADABLE')
})

test('a reading that nobody waits for ends', async () => {
  await expect(readArtifact(folder(), AbortSignal.abort(new Error('gone')))).resolves.toMatchObject({ files: [] })
  const path = folder()
  writeFileSync(join(path, 'a'), '')
  await expect(readArtifact(path, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
})

test('whatever somebody does to the folder meanwhile, each file is one that was there, and none from outside', async () => {
  const [path, outside] = [folder(), folder()]
  const SECRET = 'secret'.repeat(1000)
  mkdirSync(join(path, 'd'))
  writeFileSync(join(path, 'd/f'), 'inside')
  writeFileSync(join(outside, 'f'), SECRET)
  // Another process swaps the folder for a link to one outside, over and over.
  const swap = `const fs = require('node:fs'); const [d, o] = ${JSON.stringify([join(path, 'd'), outside])}
    for (;;) { fs.renameSync(d, d + '-'); fs.symlinkSync(o, d); fs.unlinkSync(d); fs.renameSync(d + '-', d) }`
  const swapper = spawn(process.execPath, ['-e', swap], { stdio: 'ignore' })
  try {
    for (let round = 0; round < 100; round++) {
      const found = await read(path).catch((error: unknown) => {
        // The folder was away in the moment in which it was opened.
        expect(isCascadeError(error) && error.code).toBe('SOURCE_UNREADABLE')
      })
      for (const { bytes } of found?.files ?? []) expect(Buffer.from(bytes).toString()).toBe('inside')
    }
  } finally {
    swapper.kill('SIGKILL')
    await new Promise((resolve) => swapper.once('close', resolve))
  }
})

test('a file that grows while it is read is named', async () => {
  const path = folder()
  const file = join(path, 'log')
  writeFileSync(file, 'x'.repeat(1000))
  const writer = spawn(process.execPath, [
    '-e',
    `const fs = require('node:fs'); for (;;) fs.appendFileSync(${JSON.stringify(file)}, 'x')`,
  ])
  try {
    await expect
      .poll(async () => (await read(path)).problems.some((problem) => problem.includes('changed while it was read')), {
        ...{ interval: 1, timeout: 20_000 },
      })
      .toBe(true)
  } finally {
    writer.kill('SIGKILL')
    await new Promise((resolve) => writer.once('close', resolve))
  }
  appendFileSync(file, '!')
  renameSync(file, join(path, 'later'))
  expect((await read(path)).problems).toEqual([])
})
