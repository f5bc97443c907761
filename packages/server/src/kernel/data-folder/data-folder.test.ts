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
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { acquireFolderLock } from '../../adapters/sqlite/folder-lock.ts'
import { campaign } from '../../platform/store/testing.ts'
import { DataFolder, findOwner } from './data-folder.ts'
import { Contender } from './testing.ts'

const root = mkdtempSync(join(tmpdir(), 'fc-'))
afterAll(() => rmSync(root, { recursive: true }))

/** How often each of the twenty takes the folder. */
const TURNS = campaign(2, 100)

let directory = ''
beforeEach(() => {
  directory = join(mkdtempSync(join(root, 'd')), 'data')
})

const open = (path = directory) => DataFolder.open(path, acquireFolderLock)

const modeOf = (...path: string[]): number => statSync(join(directory, ...path)).mode & 0o777

/** The code and the detail with which something is refused. */
function refusal(attempt: () => unknown): string {
  try {
    attempt()
    return 'nothing was refused'
  } catch (error) {
    if (isCascadeError(error)) return error.message
    throw error
  }
}

function ownerFile(text: string): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'owner.json'), text)
}

describe('processes that want one folder', () => {
  test('at the same moment: exactly one becomes the owner, every time', async () => {
    await using contenders = await contend(4)
    for (let round = 0; round < campaign(8, 500); round++) {
      const said = await contenders.order('open')
      expect(said.filter((line) => line === 'owner')).toHaveLength(1)
      expect(said.filter((line) => line.startsWith('DATA_FOLDER_IN_USE'))).toHaveLength(3)
      await contenders.order('close')
    }
  })

  test('twenty at once, again and again: never do two have it', async () => {
    await using contenders = await contend(20)
    const log = join(root, 'turns.log')
    expect(new Set(await contenders.order('turns', `${TURNS} ${log}`))).toEqual(new Set(['done']))
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(20 * TURNS * 2)
    for (let at = 0; at < lines.length; at += 2) {
      const pid = lines[at]?.replace('begin ', '')
      expect(lines.slice(at, at + 2)).toEqual([`begin ${pid}`, `end ${pid}`])
    }
  })

  test('while one has it: the others are told its process id, address and since when', async () => {
    await using owner = new Contender(directory)
    expect(await owner.order('open')).toBe('owner')
    expect(refusal(open)).toBe(
      `DATA_FOLDER_IN_USE: One process at a time: another process is just opening ${directory}.`,
    )
    const socket = await owner.order('announce')
    expect(refusal(open)).toBe(
      `DATA_FOLDER_IN_USE: One process at a time: process ${owner.pid} owns ${directory} since 1970-01-01T00:00:00.000Z.`,
    )
    expect(findOwner(directory)).toEqual({ pid: owner.pid, socket, started_at: '1970-01-01T00:00:00.000Z', url: null })
    expect(await greeting(socket)).toBe('hello')
  })

  test('after kill -9 of the owner: the next has it at once, and nothing of the dead one stands there', async () => {
    await using owner = new Contender(directory)
    await owner.order('open')
    const socket = await owner.order('announce')
    await owner.kill()
    expect(findOwner(directory)?.pid).toBe(owner.pid)
    using folder = open()
    expect(folder.socket).toBe(socket)
    expect(findOwner(directory)).toBeUndefined()
    expect(readdirSync(directory)).toEqual(['.gitignore', 'lock'])
  })

  test('when the owner gives it back: the next has it', async () => {
    await using owner = new Contender(directory)
    await owner.order('open')
    expect(refusal(open)).toContain('DATA_FOLDER_IN_USE')
    await owner.order('close')
    using folder = open()
    expect(folder.directory).toBe(directory)
  })

  test('by other names for the same folder: it is one folder', async () => {
    await using owner = new Contender(directory)
    await owner.order('open')
    const link = `${directory}-link`
    symlinkSync(directory, link)
    for (const name of [link, `${directory}/.`, `${directory}/../data/`])
      expect(refusal(() => open(name))).toContain(`DATA_FOLDER_IN_USE: One process at a time: another process`)
  })
})

/** Processes that obey together, each on the same folder. */
async function contend(count: number) {
  const all = Array.from({ length: count }, () => new Contender(directory))
  const order = (...words: Parameters<Contender['order']>) => Promise.all(all.map((one) => one.order(...words)))
  await order('ready')
  return { order, [Symbol.asyncDispose]: async () => void (await Promise.all(all.map((one) => one.kill()))) }
}

function greeting(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    connect(path)
      .once('data', (data) => resolve(String(data)))
      .once('error', reject)
  })
}

describe('a folder that cannot be used is UNAVAILABLE, and its lock is given back', () => {
  test('because there is a file in its place', () => {
    writeFileSync(directory, '')
    expect(refusal(open)).toContain(`UNAVAILABLE: The data folder ${directory} cannot be used`)
    expect(refusal(() => open(join(directory, 'deeper')))).toContain('UNAVAILABLE')
  })

  test.for(['socket', 'owner.json', 'lock'])('because its %s is a folder', (name) => {
    mkdirSync(join(directory, name), { recursive: true })
    expect(refusal(open)).toContain('UNAVAILABLE')
    rmSync(join(directory, name), { recursive: true })
    open()[Symbol.dispose]()
  })

  test('because the lock is another file', () => {
    mkdirSync(directory)
    writeFileSync(join(directory, 'lock'), 'x'.repeat(4096))
    expect(refusal(open)).toContain(`UNAVAILABLE: The data folder ${directory} cannot be locked by lock: `)
  })

  test.for([
    { name: '0500', mode: 0o500 },
    { name: '0300', mode: 0o300 },
    { name: '0000', mode: 0 },
  ])('because its mode is $name', ({ mode }, { skip }) => {
    if (process.getuid?.() === 0) return skip('the administrator of a machine may read and write everything')
    mkdirSync(directory)
    chmodSync(directory, mode)
    expect(refusal(open)).toContain('UNAVAILABLE')
    chmodSync(directory, 0o700)
  })
})

describe('the owner', () => {
  test.for([
    { name: 'cut short', text: '{"pid":12,"soc' },
    { name: 'empty', text: '' },
    { name: 'full of zeros', text: '\0'.repeat(80) },
    { name: 'of another shape', text: '{"pid":"12"}' },
    { name: 'of no process', text: '{"pid":-1,"socket":"s","started_at":"t","url":null}' },
    { name: 'no object', text: 'null' },
  ])('is nobody when its file is $name, and the folder opens', ({ text }) => {
    ownerFile(text)
    expect(findOwner(directory)).toBeUndefined()
    open()[Symbol.dispose]()
  })

  test('is nobody where there is no folder, or a file in its place', () => {
    expect(findOwner(directory)).toBeUndefined()
    writeFileSync(directory, '')
    expect(findOwner(directory)).toBeUndefined()
  })

  test('is not found by a file that cannot be read, which is said', () => {
    mkdirSync(join(directory, 'owner.json'), { recursive: true })
    expect(refusal(() => findOwner(directory))).toContain('UNAVAILABLE')
  })

  test('keeps to itself what it makes: folder 0700, files 0600', async () => {
    await using owner = new Contender(directory)
    await owner.order('open')
    await owner.order('announce')
    const modes = ['.gitignore', 'lock', 'owner.json', 'socket'].map((name) => modeOf(name))
    expect([modeOf(), ...modes]).toEqual([0o700, 0o600, 0o600, 0o600, 0o600])
    expect(readdirSync(directory).sort()).toEqual(['.gitignore', 'lock', 'owner.json', 'socket'])
  })

  test('leaves a folder that was there before as open as it was', () => {
    mkdirSync(directory)
    chmodSync(directory, 0o750)
    using _folder = open()
    expect([modeOf(), modeOf('lock')]).toEqual([0o750, 0o600])
  })

  test('writes .gitignore into a folder that it made itself, and into no other', () => {
    open()[Symbol.dispose]()
    expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
    rmSync(join(directory, '.gitignore'))
    open()[Symbol.dispose]()
    expect(readdirSync(directory)).toEqual(['lock'])
    directory = join(directory, '..', 'repository')
    mkdirSync(directory)
    writeFileSync(join(directory, 'app.js'), 'code')
    open()[Symbol.dispose]()
    expect(readdirSync(directory)).toEqual(['app.js', 'lock'])
  })

  test('that gives the folder back twice leaves its successor alone', async () => {
    const folder = open()
    folder[Symbol.dispose]()
    await using successor = new Contender(directory)
    await successor.order('open')
    await successor.order('announce')
    folder[Symbol.dispose]()
    expect(findOwner(directory)?.pid).toBe(successor.pid)
    expect(refusal(open)).toContain('DATA_FOLDER_IN_USE')
  })

  test('of a folder with a long path is reached all the same', async () => {
    directory = join(directory, 'x'.repeat(100))
    await using owner = new Contender(directory)
    expect(await owner.order('open')).toBe('owner')
    const socket = await owner.order('announce')
    expect(await greeting(socket)).toBe('hello')
    expect(findOwner(directory)?.socket).toBe(socket)
    rmSync(join(socket, '..'), { recursive: true })
  })
})

test('the same process opens a folder once, and again after giving it back', () => {
  const folder = open()
  expect(refusal(open)).toContain('DATA_FOLDER_IN_USE')
  folder[Symbol.dispose]()
  open()[Symbol.dispose]()
})
