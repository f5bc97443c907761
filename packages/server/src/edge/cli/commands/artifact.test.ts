import { expect, test } from 'vitest'
import { run } from '../testing.ts'

test.for<{ readonly name: string; readonly argv: readonly string[]; readonly says: RegExp }>([
  { name: 'another machine', argv: ['x', '--url', 'http://127.0.0.1:1'], says: /on the machine of the instance/ },
  { name: 'a score that is none', argv: ['x', '--min-score', '95%'], says: /--min-score takes a number from 0 to 1/ },
  { name: 'a score beyond 1', argv: ['x', '--min-score', '1.1'], says: /--min-score takes a number from 0 to 1/ },
  { name: 'a digest that is none', argv: ['x', '--digest', 'abc'], says: /--digest: expected SHA-256/ },
  { name: 'a capability that is none', argv: ['x', '--allow', 'ALL'], says: /--allow: expected lower-case words/ },
  {
    name: 'a signature that is not there',
    argv: ['x', '--signature', 'absent.note'],
    says: /absent\.note cannot be read/,
  },
  {
    name: 'a report over a file',
    argv: ['x', '--out', import.meta.filename],
    says: /artifact\.test\.ts cannot be written: there is something/,
  },
])('artifact verify with $name is refused before anything is opened', async ({ argv, says }) => {
  const { code, out, err } = await run(['artifact', 'verify', ...argv])
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(says)
})

test('artifact show takes a whole digest', async () => {
  const { code, err } = await run(['artifact', 'show', '6c1f0a3f'])
  expect([code, err]).toEqual([2, expect.stringMatching(/<digest>|--digest/)])
})
