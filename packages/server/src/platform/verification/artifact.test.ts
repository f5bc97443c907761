import { ARTIFACT_LIMITS } from '@forge-cascade/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createArtifact } from './artifact.ts'
import { pathProblem } from './artifact-path.ts'
import { bareArtifact } from './testing.ts'

test.for([
  ['', 'is no name'],
  ['/etc/passwd', 'is not relative'],
  ['../x', 'leads out'],
  ['a/../../x', 'leads out'],
  ['a/..', 'leads out'],
  ['a//b', 'empty part'],
  ['./a', 'empty part'],
  ['a/', 'empty part'],
  ['a\\..\\b', 'backslash'],
  ['C:x', 'colon'],
  ['a\nb', 'line feed'],
  ['a\0b', 'not seen'],
  ['a\u202eb', 'not seen'],
  ['a\u200bb', 'not seen'],
  ['\ud800', 'not UTF-8'],
  ['a\ufffdb', 'not UTF-8'],
  ['con', 'another one on some systems'],
  ['a/NUL.txt', 'another one on some systems'],
  ['a.', 'another one on some systems'],
  ['a /b', 'another one on some systems'],
  ['x'.repeat(ARTIFACT_LIMITS.pathBytesMax + 1), 'longer than'],
  ['ä'.repeat(ARTIFACT_LIMITS.pathBytesMax / 2 + 1), 'longer than'],
  [`${'d/'.repeat(ARTIFACT_LIMITS.depthMax)}x`, 'deeper than'],
] as const)('%j is no path of a file', ([path, says]) => {
  expect(pathProblem(path)).toContain(says)
})

test.for([
  ['a'],
  ['.github/x.yml'],
  ['...'.concat('a')],
  ['ä/日本.md'],
  ['-rf'],
  ['x'.repeat(ARTIFACT_LIMITS.pathBytesMax)],
  [`${'d/'.repeat(ARTIFACT_LIMITS.depthMax - 1)}x`],
])('%j is one', ([path]) => {
  expect(pathProblem(path!)).toBeUndefined()
})

test.for([
  { name: 'twice', paths: ['a', 'a'], says: '"a" is there twice' },
  { name: 'in other letters', paths: ['a/B', 'A/b'], says: '"A/b" is "a/B" in other letters' },
  { name: 'with an accent in two spellings', paths: ['\u00e9', 'e\u0301'], says: 'in other letters' },
])('a path that is there $name is a problem', ({ paths, says }) => {
  const { files, problems } = createArtifact(paths.map((path) => ({ path, bytes: new Uint8Array() })))
  expect([files.length, problems]).toEqual([1, [expect.stringContaining(says)]])
})

const files = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}$/), fc.uint8Array()), {
  selector: ([path]) => path,
  minLength: 1,
})
const made = (given: readonly (readonly [string, Uint8Array])[]) =>
  createArtifact(given.map(([path, bytes]) => ({ path, bytes })))

test('the digest says which files there are, whatever their order', () => {
  fc.assert(
    fc.property(
      files.filter((given) => made(given).problems.length === 0),
      fc.nat(),
      (given, chance) => {
        const { digest } = made(given)
        const at = chance % given.length
        const [path, bytes] = given[at]!
        expect(made(given.toReversed()).digest).toBe(digest)
        expect(made(given.toSpliced(at, 1)).digest).not.toBe(digest)
        expect(made(given.with(at, [`${path}0`, bytes])).digest).not.toBe(digest)
        expect(made(given.with(at, [path, Buffer.concat([bytes, Buffer.of(0)])])).digest).not.toBe(digest)
      },
    ),
  )
})

test('an artifact with problems has another digest than one without, and than one with others', () => {
  const sound = bareArtifact({ a: 'a' })
  const given = [{ path: 'a', bytes: Buffer.from('a') }]
  const digests = [sound, createArtifact(given, ['"x" is a link']), createArtifact(given, ['"y" is a link'])]
  expect(new Set(digests.map(({ digest }) => digest)).size).toBe(3)
})
