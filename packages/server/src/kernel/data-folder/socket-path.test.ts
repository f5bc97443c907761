import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { socketPath } from './socket-path.ts'

const LONG = `/data/${'x'.repeat(100)}`
const NOBODY_ELSE = 65_534
const root = mkdtempSync(join(tmpdir(), 'fc-'))
afterAll(() => rmSync(root, { recursive: true }))

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(join(root, 't'))
})

const place = (directory = LONG) => socketPath(directory, { platform: 'linux', temporary })

function refusal(): string {
  try {
    return place()
  } catch (error) {
    return isCascadeError(error) ? `${error.code} ${error.detail}` : String(error)
  }
}

/** The folder that a long path gets, removed again so that a test can put something else in its place. */
function folderOfLong(): string {
  const folder = dirname(place())
  rmSync(folder, { recursive: true })
  return folder
}

describe('among the temporary files, where anyone writes, the socket of a long path is refused', () => {
  test.for([
    { name: 'a folder that others may enter', make: (folder: string) => open(folder, 0o755) },
    { name: 'a folder that the group may write', make: (folder: string) => open(folder, 0o720) },
    { name: 'a link to a private folder', make: (folder: string) => linkTo(folder, mkdtempSync(join(root, 'p'))) },
    { name: 'a link that leads nowhere', make: (folder: string) => linkTo(folder, join(root, 'gone')) },
    { name: 'a file', make: (folder: string) => writeFileSync(folder, '') },
  ])('in $name', ({ make }) => {
    const folder = folderOfLong()
    make(folder)
    expect(refusal()).toContain(`UNAVAILABLE The path ${LONG} is too long for a socket`)
    expect(refusal()).toContain(folder)
  })

  // Only the administrator of a machine can make a folder that belongs to somebody else.
  test.skipIf(process.getuid?.() !== 0)('in a private folder of another user', () => {
    const folder = folderOfLong()
    open(folder, 0o700)
    chownSync(folder, NOBODY_ELSE, NOBODY_ELSE)
    expect(refusal()).toContain('UNAVAILABLE')
  })

  test('when that path is too long as well', () => {
    temporary = join(temporary, 'x'.repeat(100))
    expect(refusal()).toContain('TMPDIR')
    expect(lstatSync(temporary, { throwIfNoEntry: false })).toBeUndefined()
  })
})

const linkTo = (folder: string, target: string): void => symlinkSync(target, folder)

function open(folder: string, mode: number): void {
  mkdirSync(folder)
  chmodSync(folder, mode)
}

describe('the socket of a folder', () => {
  test('with a long path lies in a private folder, the same one each time', () => {
    const path = place()
    expect(path.startsWith(temporary)).toBe(true)
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100)
    expect(lstatSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(place()).toBe(path)
    expect(place(`${LONG}y`)).not.toBe(path)
  })

  test.for([
    { name: 'the longest path that fits, in bytes', directory: `/${'é'.repeat(46)}`, inside: true },
    { name: 'one byte more', directory: `/${'é'.repeat(46)}x`, inside: false },
    { name: 'a short path', directory: '/data', inside: true },
  ])('$name: inside $inside', ({ directory, inside }) => {
    expect(place(directory) === join(directory, 'socket')).toBe(inside)
  })

  test('is a pipe of its own on Windows', () => {
    const pipe = (directory: string) => socketPath(directory, { platform: 'win32', temporary })
    expect(pipe('C:\\data')).toMatch(/^\\\\\.\\pipe\\cascade-[0-9a-f]{16}$/)
    expect(pipe('C:\\data')).not.toBe(pipe('D:\\data'))
  })
})
