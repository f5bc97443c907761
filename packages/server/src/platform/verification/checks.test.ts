import { generateKeyPairSync } from 'node:crypto'
import { ARTIFACT_LIMITS, MANIFEST_FILE } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { createEd25519Signer, signNote } from '#ledger'
import { type Artifact, createArtifact, withManifest } from './artifact.ts'
import { capabilityCheck } from './checks/capability-check.ts'
import { digestCheck } from './checks/digest-check.ts'
import { signatureCheck, signedTextOf } from './checks/signature-check.ts'
import { structureCheck } from './checks/structure-check.ts'
import { testCheck } from './checks/test-check.ts'
import { readManifest } from './read-manifest.ts'
import type { CagedEnd, TestCage } from './test-cage.ts'
import { artifactOf, bareArtifact, manifestFor, manifestText } from './testing.ts'
import type { VerificationCheck, VerificationSubject } from './verification-check.ts'

const never = new AbortController().signal
const look = (check: VerificationCheck, artifact: Artifact, more: Partial<VerificationSubject> = {}) =>
  check.run({ artifact, manifest: readManifest(artifact), before: undefined, failed: [], ...more }, never)

const many = <T>(length: number, item: (at: number) => T): T[] => Array.from({ length }, (_, at) => item(at))
const TEST = { name: 't', file: 'a.test.mjs' }
const FILES = { 'main.mjs': 'export const one = 1', 'a.test.mjs': '' }
const sound = artifactOf(FILES)

describe('digest', () => {
  const of = (stated: string | undefined, artifact = sound) => look(digestCheck(stated), artifact)

  test('is skipped where none was stated', () => {
    expect(of(undefined)).toMatchObject({ outcome: 'skipped' })
  })

  test('passes where it is the stated one, and fails where it is another', () => {
    expect(of(sound.digest)).toMatchObject({ outcome: 'passed' })
    expect(of(bareArtifact(FILES).digest)).toMatchObject({ outcome: 'failed' })
  })

  test('of one file may be stated as sha256sum prints it; of several no file stands for all', () => {
    const one = bareArtifact({ x: 'bytes' })
    expect(of(one.files[0]!.sha256, one)).toMatchObject({ outcome: 'passed' })
    expect(of(sound.files[0]!.sha256)).toMatchObject({ outcome: 'failed' })
  })

  test('is told apart from the SHA-256 of the one file', () => {
    const one = bareArtifact({ x: 'bytes' })
    const [stated, sha256] = ['0'.repeat(64), one.files[0]!.sha256]
    expect(of(sha256, one)).toMatchObject({ detail: expect.stringContaining('the SHA-256 of its one file is the one') })
    expect(of(stated, one)).toMatchObject({
      detail: `the digest of the artifact is ${one.digest}, the SHA-256 of its one file is ${sha256}, and ${stated} was stated`,
    })
  })
})

describe('structure', () => {
  /** The sound artifact with another manifest, or other files. */
  const changed = (
    declared: Parameters<typeof manifestText>[1],
    files: Readonly<Record<string, string>> = FILES,
  ): Artifact => bareArtifact({ ...files, [MANIFEST_FILE]: manifestText(FILES, declared) })
  const [main] = manifestFor(FILES).files
  const manifest = (text: string) => bareArtifact({ ...FILES, [MANIFEST_FILE]: text })

  test('passes where the files are those that are declared', () => {
    expect(look(structureCheck, sound)).toEqual({ outcome: 'passed', detail: '3 files as declared' })
  })

  const { nameLengthMax, capabilitiesMax, testArgumentsMax } = ARTIFACT_LIMITS
  const tooLong = 'a'.repeat(nameLengthMax + 1)
  const capability = (at: number): string => `c${at}`

  test('passes with names, capabilities and arguments as long and as many as they may be', () => {
    const name = 'a'.repeat(nameLengthMax)
    const capabilities = [name, ...many(capabilitiesMax - 1, capability)]
    const tests = [{ ...TEST, name, args: many(testArgumentsMax, () => name) }]
    const largest = changed({ name, version: name, capabilities, tests })
    expect(look(structureCheck, largest)).toEqual({ outcome: 'passed', detail: '3 files as declared' })
  })

  test('is skipped without a manifest', () => {
    expect(look(structureCheck, bareArtifact(FILES))).toMatchObject({ outcome: 'skipped' })
  })

  test.for<{ readonly what: string; readonly artifact: Artifact; readonly says: string }>([
    { what: 'a file that is not declared', artifact: changed({}, { ...FILES, x: '' }), says: '"x" is not declared' },
    {
      what: 'a declared file that is not there',
      artifact: changed({}, { 'a.test.mjs': '' }),
      says: '"main.mjs" is declared and not there',
    },
    {
      what: 'a file of another length',
      artifact: changed({}, { ...FILES, 'main.mjs': 'short' }),
      says: 'has 5 bytes, not 20',
    },
    {
      what: 'a file of other bytes',
      artifact: changed({}, { ...FILES, 'main.mjs': 'export const one = 2' }),
      says: '"main.mjs" has another SHA-256',
    },
    { what: 'a file declared twice', artifact: changed({ files: [main!, main!] }), says: 'declared twice' },
    {
      what: 'a manifest that declares itself',
      artifact: changed({ files: [{ ...main!, path: MANIFEST_FILE }] }),
      says: 'declares itself',
    },
    {
      what: 'a declared path that leads out',
      artifact: changed({ files: [{ ...main!, path: '../main.mjs' }] }),
      says: '"../main.mjs" leads out of the artifact',
    },
    {
      what: 'a test that is no file of it',
      artifact: changed({ tests: [{ name: 't', file: '../t.mjs' }] }),
      says: '"../t.mjs", which is not there',
    },
    { what: 'a manifest that is no JSON', artifact: manifest('{'), says: 'it is not JSON' },
    { what: 'a manifest that is no object', artifact: manifest('null'), says: 'expected object' },
    { what: 'a manifest of another version', artifact: manifest('{"v":2}'), says: '/v: ' },
    {
      what: 'a manifest that says more than it may',
      artifact: manifest(manifestText(FILES).replace('{', '{"power":1,')),
      says: 'power',
    },
    {
      what: 'a manifest with a capability that is none',
      artifact: changed({ capabilities: ['ALL'] }),
      says: '/capabilities/0',
    },
    {
      what: 'a manifest with capabilities beyond their number',
      artifact: changed({ capabilities: many(capabilitiesMax + 1, capability) }),
      says: '/capabilities: ',
    },
    { what: 'a name beyond its length', artifact: changed({ name: tooLong }), says: '/name: ' },
    { what: 'a version beyond its length', artifact: changed({ version: tooLong }), says: '/version: ' },
    {
      what: 'a capability beyond its length',
      artifact: changed({ capabilities: [tooLong] }),
      says: '/capabilities/0: ',
    },
    {
      what: 'a test with a name beyond its length',
      artifact: changed({ tests: [{ ...TEST, name: tooLong }] }),
      says: '/tests/0/name: ',
    },
    {
      what: 'a test with an argument beyond its length',
      artifact: changed({ tests: [{ ...TEST, args: [tooLong] }] }),
      says: '/tests/0/args/0: ',
    },
    {
      what: 'a manifest that is too large',
      artifact: manifest(' '.repeat(ARTIFACT_LIMITS.manifestBytesMax + 1)),
      says: `larger than ${ARTIFACT_LIMITS.manifestBytesMax} bytes`,
    },
    {
      what: 'a manifest with tests beyond their number',
      artifact: changed({
        tests: many(ARTIFACT_LIMITS.testsMax + 1, (at) => ({ name: `t${at}`, file: 'a.test.mjs' })),
      }),
      says: '/tests: ',
    },
    {
      what: 'a test with arguments beyond their number',
      artifact: changed({ tests: [{ ...TEST, args: many(ARTIFACT_LIMITS.testArgumentsMax + 1, String) }] }),
      says: '/tests/0/args: ',
    },
    {
      what: 'a test that asks for more time than there is',
      artifact: changed({ tests: [{ ...TEST, timeout_ms: ARTIFACT_LIMITS.testMsMax + 1 }] }),
      says: '/tests/0/timeout_ms: ',
    },
    {
      what: 'tests that ask for more time together than there is',
      artifact: changed({ tests: many(9, () => ({ ...TEST, timeout_ms: ARTIFACT_LIMITS.testMsMax })) }),
      says: '/tests: must not ask for more than 480000 ms together',
    },
    {
      what: 'a manifest that is not UTF-8',
      artifact: createArtifact([{ path: MANIFEST_FILE, bytes: Buffer.of(0x7b, 0xff, 0x7d) }]),
      says: 'it is not JSON',
    },
    { what: 'a link', artifact: createArtifact([], ['"x" is a link']), says: '"x" is a link' },
  ])('fails for $what', ({ artifact, says }) => {
    expect(look(structureCheck, artifact)).toEqual({ outcome: 'failed', detail: expect.stringContaining(says) })
  })
})

describe('signature', () => {
  const signer = (name: string) => createEd25519Signer(name, generateKeyPairSync('ed25519').privateKey)
  const [ada, eve] = [signer('ada.example'), signer('eve.example')]
  const of = (note: string | undefined, keys = [ada.key], artifact = sound) =>
    look(signatureCheck({ note, keys }), artifact)
  const signed = (text: string, by = [ada]) => signNote(text, by)

  test('passes where a named key signed the digest', () => {
    expect(of(signed(signedTextOf(sound.digest)))).toEqual({ outcome: 'passed', detail: 'signed by ada.example' })
    expect(of(signed(signedTextOf(sound.digest), [eve, ada]))).toMatchObject({ outcome: 'passed' })
  })

  test('is skipped where no key was named, and a signature alone proves nothing', () => {
    expect(of(undefined, [])).toMatchObject({ outcome: 'skipped' })
    expect(of(signed(signedTextOf(sound.digest)), [])).toMatchObject({ outcome: 'skipped' })
  })

  test.for<{ readonly what: string; readonly note: string | undefined }>([
    { what: 'nothing', note: undefined },
    { what: 'nothing that is read', note: 'hello' },
    { what: 'a note of another key', note: signed(signedTextOf(sound.digest), [eve]) },
    { what: 'a key of the same name', note: signed(signedTextOf(sound.digest), [signer('ada.example')]) },
    { what: 'another digest', note: signed(signedTextOf(bareArtifact(FILES).digest)) },
    { what: 'the digest for something else', note: signed(`${sound.digest}\n`) },
    { what: 'the digest and more', note: signed(`${signedTextOf(sound.digest)}more\n`) },
    { what: 'a checkpoint', note: signed(`log.example\n1\n${Buffer.alloc(32).toString('base64')}\n`) },
    {
      what: 'a note that was altered',
      note: signed(signedTextOf('0'.repeat(64))).replace('0'.repeat(64), sound.digest),
    },
  ])('fails for $what', ({ note }) => {
    expect(of(note)).toMatchObject({ outcome: 'failed' })
  })
})

describe('capabilities', () => {
  const of = (now: readonly string[], before: readonly string[] | undefined, allowed: readonly string[] = []) =>
    look(capabilityCheck(allowed), artifactOf(FILES, { capabilities: [...now] }), {
      before: before && manifestFor(FILES, { capabilities: [...before] }),
    })

  test.for<[now: string[], before: string[] | undefined, allowed: string[], outcome: string, detail: string]>([
    [[], undefined, [], 'passed', 'none is new'],
    [['a', 'b'], undefined, [], 'failed', 'new and not allowed: a, b'],
    [['a', 'b'], undefined, ['a'], 'failed', 'new and not allowed: b'],
    [['a'], undefined, ['a', 'c'], 'passed', 'new and allowed: a'],
    [['a'], ['a'], [], 'passed', 'none is new'],
    [['a', 'b'], ['a'], [], 'failed', 'new and not allowed: b'],
    [['a', 'a', 'b', 'b'], ['a'], ['b'], 'passed', 'new and allowed: b'],
    [[], ['a'], [], 'passed', 'no longer needed: a'],
    [['b'], ['a'], ['b'], 'passed', 'new and allowed: b; no longer needed: a'],
    [['a.read'], ['a'], ['a.*'], 'failed', 'new and not allowed: a.read'],
  ])('%j after %j with %j allowed: %s', ([now, before, allowed, outcome, detail]) => {
    expect(of(now, before, allowed)).toEqual({ outcome, detail })
  })

  test('fail where the version before is of something else', () => {
    const before = manifestFor(FILES, { name: 'another' })
    expect(look(capabilityCheck([]), sound, { before })).toMatchObject({ outcome: 'failed' })
  })

  test('are skipped where nothing declares them', () => {
    expect(look(capabilityCheck([]), bareArtifact(FILES))).toMatchObject({ outcome: 'skipped' })
  })
})

describe('tests', () => {
  const artifact = artifactOf(FILES, {
    tests: [1, 2].map((at) => ({ name: `t${at}`, file: 'a.test.mjs', timeout_ms: 7 })),
  })

  /** A cage in which tests end as they are told to; it says what was opened, run and closed. */
  function scripted(...ends: readonly CagedEnd[]): TestCage & { readonly done: string[] } {
    const [done, left] = [[] as string[], [...ends]]
    return {
      done,
      open: async () => {
        done.push('open')
        return {
          description: 'held by a script',
          run: async ({ file, timeoutMs }) => {
            done.push(`${file} ${timeoutMs}`)
            return left.shift() ?? { kind: 'passed' }
          },
          [Symbol.asyncDispose]: async () => void done.push('closed'),
        }
      },
    }
  }

  test('pass where each does, and the copy is gone', async () => {
    const cage = scripted()
    expect(await look(testCheck(cage), artifact)).toEqual({ outcome: 'passed', detail: '2 passed; held by a script' })
    expect(cage.done).toEqual(['open', 'a.test.mjs 7', 'a.test.mjs 7', 'closed'])
  })

  test.for<[end: CagedEnd, says: string]>([
    [{ kind: 'failed', code: 3, said: 'so it is' }, 'ended with exit code 3: so it is'],
    [{ kind: 'failed', code: 3, said: '' }, 'ended with exit code 3'],
    [{ kind: 'killed', signal: 'SIGABRT', said: '' }, 'ended by SIGABRT'],
    [{ kind: 'late' }, 'was ended after 7 ms'],
    [{ kind: 'talkative', bytesMax: 9 }, 'was ended: it printed more than 9 bytes'],
  ])('fail with the first that ends otherwise: %j', async ([end, says]) => {
    const cage = scripted(end)
    expect(await look(testCheck(cage), artifact)).toEqual({ outcome: 'failed', detail: `"t1" (1 of 2) ${says}` })
    expect(cage.done).toEqual(['open', 'a.test.mjs 7', 'closed'])
  })

  test('are not run where something else is wrong, nobody asked, or there are none', async () => {
    const cage = scripted()
    expect(await look(testCheck(cage), artifact, { failed: ['signature'] })).toEqual({
      ...{ outcome: 'skipped', detail: 'not run: signature failed' },
    })
    expect(await look(testCheck(undefined), artifact)).toMatchObject({ outcome: 'skipped' })
    expect(await look(testCheck(cage), sound)).toMatchObject({ outcome: 'skipped' })
    expect(await look(testCheck(cage), bareArtifact(FILES))).toMatchObject({ outcome: 'skipped' })
    expect(cage.done).toEqual([])
  })
})

test('a manifest from elsewhere counts as a file of the artifact, and replaces none', () => {
  const bare = bareArtifact(FILES)
  const whole = withManifest(bare, manifestText(FILES))
  expect(whole?.digest).toBe(sound.digest)
  expect(withManifest(sound, '{}')).toBeUndefined()
})
