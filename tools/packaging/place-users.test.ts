import { expect, test } from 'vitest'
import { ROOT } from '../node-runtime.mjs'
import { findPlaceUsers } from './place-users.ts'

test('a package that looks for something beside itself and was read by nobody is named', () => {
  const found = findPlaceUsers([`${ROOT}/node_modules/vitest/vitest.mjs`, `${ROOT}/node_modules/rolldown/bin/cli.mjs`])
  expect(found).toEqual([])
  expect(findPlaceUsers([`${ROOT}/node_modules/assemblyscript/bin/asinit.js`])).toEqual([
    expect.stringContaining('node_modules/assemblyscript/bin/asinit.js looks for'),
  ])
})

test('our own modules, the bundler’s helpers and reviewed packages are not', () => {
  const modules = ['packages/server/src/home.ts', 'node_modules/pino/lib/transport.js'].map((path) => `${ROOT}/${path}`)
  expect(findPlaceUsers([...modules, '\0rolldown/runtime.js'])).toEqual([])
})
