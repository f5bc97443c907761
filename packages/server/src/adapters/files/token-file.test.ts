import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { isCascadeError, type Random, systemRandom } from '#base'
import { openTokenFile } from './token-file.ts'

const root = mkdtempSync(join(tmpdir(), 'fc-'))
afterAll(() => rmSync(root, { recursive: true }))

let directory = ''
let path = ''
beforeEach(() => {
  directory = mkdtempSync(join(root, 't'))
  path = join(directory, 'token')
})

const open = (random: Random = systemRandom) => openTokenFile(directory, random)
const mode = (): number => statSync(path).mode & 0o777

function refusal(): string {
  try {
    open()
    return 'nothing was refused'
  } catch (error) {
    if (isCascadeError(error)) return error.message
    throw error
  }
}

describe('a file that holds no token of ours is UNAVAILABLE and stays as it is', () => {
  test.for([
    { name: 'a short word', text: 'secret' },
    { name: 'a word that was cut short', text: 'fc_abcdefgh' },
    { name: 'two words', text: `${'a'.repeat(40)} ${'b'.repeat(40)}` },
    { name: 'two lines', text: `${'a'.repeat(40)}\n${'b'.repeat(40)}` },
    { name: 'what no header can carry', text: 'ä'.repeat(40) },
    { name: 'zeros', text: '\0'.repeat(47) },
    { name: 'another file altogether', text: 'x'.repeat(100_000) },
  ])('$name', ({ text }) => {
    writeFileSync(path, text)
    expect(refusal()).toContain(`UNAVAILABLE: The token ${path} cannot be used`)
    expect(refusal()).not.toContain(text)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('a folder', () => {
    mkdirSync(path)
    expect(refusal()).toContain('UNAVAILABLE')
  })

  test('a link in a circle', () => {
    symlinkSync(path, path)
    expect(refusal()).toContain('UNAVAILABLE')
  })

  test('nothing, in a folder that is gone', () => {
    rmSync(directory, { recursive: true })
    expect(refusal()).toContain('UNAVAILABLE')
  })
})

describe('a crash while the token was made locks nobody out', () => {
  test.for([
    { name: 'an empty file', file: 'token', text: '' },
    { name: 'a line end alone', file: 'token', text: '\n' },
    { name: 'a draft', file: 'token.new', text: '' },
    { name: 'half a draft', file: 'token.new', text: 'fc_abc' },
  ])('when it left $name', ({ file, text }) => {
    writeFileSync(join(directory, file), text, { mode: 0o644 })
    const made = open()
    expect(made.created).toBe(true)
    expect(open()).toEqual({ ...made, created: false })
    expect(readdirSync(directory)).toEqual(['token'])
    expect(mode()).toBe(0o600)
  })

  test('at any step: the file is absent or holds a whole token', () => {
    const seen: string[][] = []
    const looking: Random = (into) => {
      seen.push(readdirSync(directory))
      return systemRandom(into)
    }
    const { token } = open(looking)
    expect(seen).toEqual([[]]) // nothing stands there before there is a token to write
    expect(readFileSync(path, 'utf8')).toBe(`${token}\n`)
  })
})

test('the first start makes a token that its user alone may read, each later one finds it', () => {
  const first = open()
  expect(first).toEqual({ path, token: expect.stringMatching(/^fc_[A-Za-z0-9_-]{43}$/), created: true })
  expect(mode()).toBe(0o600)
  expect(open()).toEqual({ path, token: first.token, created: false })
  expect(readdirSync(directory)).toEqual(['token'])
})

test('a token that others could read is closed to them', () => {
  const { token } = open()
  chmodSync(path, 0o644)
  expect(open().token).toBe(token)
  expect(mode()).toBe(0o600)
})

test('a token that a person chose is taken, with or without a line end', () => {
  for (const end of ['', '\n', '\r\n']) {
    writeFileSync(path, `${'chosen-'.repeat(6)}${end}`)
    expect(open()).toMatchObject({ token: 'chosen-'.repeat(6), created: false })
  }
})
