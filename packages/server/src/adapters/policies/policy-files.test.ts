import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { POLICY_LIMITS } from '#policy'
import { readPolicyFiles } from './policy-files.ts'

/** Far longer than a process takes to begin. */
const WAITED_MS = 60_000

function folderOf(names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-policy-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'sub'))
  for (const name of names) writeFileSync(join(folder, name), name)
  return folder
}

test('policies, a schema and cases are read at any depth; other files and links are not', () => {
  const folder = folderOf(['b.cedar', 'sub/a.cedar', 'x.cedarschema', 'a.test.json', 'a.json', 'notes.md'])
  symlinkSync(join(folder, 'notes.md'), join(folder, 'linked.cedar'))
  const { files, tests } = readPolicyFiles([folder])
  expect(files.map(({ path }) => path)).toEqual(['b.cedar', 'sub/a.cedar', 'x.cedarschema'])
  expect(tests).toEqual([{ path: 'a.test.json', text: 'a.test.json' }])
})

test('more files than a bundle may hold are refused', () => {
  const folder = folderOf(Array.from({ length: POLICY_LIMITS.filesMax + 1 }, (_, at) => `${at}.cedar`))
  expect(() => readPolicyFiles([folder])).toThrow('1001 files, more than 1000')
})

test('more bytes than a bundle may hold are refused before they are read', () => {
  const folder = folderOf(['a.cedar'])
  truncateSync(join(folder, 'a.cedar'), POLICY_LIMITS.bytesMax + 1)
  expect(() => readPolicyFiles([folder])).toThrow(`${POLICY_LIMITS.bytesMax + 1} bytes`)
})

test('two files of one name are no bundle', () => {
  const folder = folderOf(['a.cedar', 'sub/a.cedar'])
  expect(() => readPolicyFiles([join(folder, 'a.cedar'), join(folder, 'sub/a.cedar')])).toThrow(
    'two files named a.cedar',
  )
})

test('a folder of more than is looked through is not walked to its end', () => {
  const folder = folderOf(['a.cedar', 'sub/b.cedar', 'sub/notes.md'])
  expect(readPolicyFiles([folder], { lookedThroughMax: 3 }).files).toHaveLength(2)
  expect(() => readPolicyFiles([folder], { lookedThroughMax: 2 })).toThrow('more than 2 files or folders in')
})

test('links that lead round in a circle are followed nowhere, and one that is named is told', () => {
  const folder = folderOf(['a.cedar'])
  symlinkSync(folder, join(folder, 'sub', 'up'), 'junction')
  expect(readPolicyFiles([folder]).files).toHaveLength(1)
  const circle = join(folder, 'b.cedar')
  symlinkSync(circle, circle)
  expect(() => readPolicyFiles([circle])).toThrow('its links lead round in a circle')
})

test('a pipe that is named is refused and not waited for', (context) => {
  if (process.platform === 'win32') context.skip('there are no such files on Windows')
  const pipe = join(folderOf([]), 'pipe.cedar')
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
  // In a process of its own: nothing ends a thread that waits for somebody to write.
  const source = `import { readPolicyFiles } from ${JSON.stringify(import.meta.resolve('./policy-files.ts'))}
    try { readPolicyFiles([process.argv[1]]) } catch (error) { process.stdout.write(error.message) }`
  const args = ['--input-type=module', '--eval', source, pipe]
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: WAITED_MS })
  expect(stdout).toBe(`SOURCE_UNREADABLE: ${pipe} is neither a file nor a folder.`)
})
