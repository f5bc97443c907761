import { expect, test } from 'vitest'
import type { Call } from '#capsules'
import { openMemoryStore } from './adapters/memory/index.ts'
import { composeEvidence } from './compose-evidence.ts'
import { filesOf } from './platform/evidence/testing.ts'
import { createEd25519Signer } from './platform/ledger/index.ts'
import { formatCheckpoint, signNote } from './platform/ledger/note/index.ts'
import { newEd25519 } from './platform/ledger/note/testing.ts'
import { commandId, commit, createTestClock, grantOf, noteOf } from './platform/store/testing.ts'

const origin = 'log.example/1'

/** The files below `rules/policies` of a bundle of one entry. */
async function policyFiles(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { clock } = createTestClock()
  const store = openMemoryStore({ collections: [], clock })
  await commit(store, noteOf())
  const signer = createEd25519Signer(origin, newEd25519())
  const desk = {
    keys: async () => [],
    covering: async () => {
      const head = await store.ledger.grow()
      return { ...head, origin, note: signNote(formatCheckpoint({ origin, ...head, extensions: [] }), [signer]) }
    },
    seal: (text: string) => signNote(text, [signer]),
  }
  const evidence = composeEvidence({
    ...{ desk, store, clock, config: () => [], pages: { evidencePage: () => '', evidenceMarkdown: () => '' } },
    policies: () => paths.map((path) => ({ path, text: `// ${path}` })),
    decisions: { find: async () => undefined, policies: async () => undefined },
  })
  // Nobody looks at more of a call than its grant and its command.
  const call = { grant: grantOf('evidence.export'), command: { id: commandId() } } as Call<'evidence.export'>
  const pieces: Uint8Array[] = []
  for await (const piece of await evidence.export(call, {}, new AbortController().signal)) pieces.push(piece)
  const found = [...filesOf(Buffer.concat(pieces))].filter(([path]) => path.startsWith('rules/policies/'))
  return new Map(found.map(([path, bytes]) => [path, Buffer.from(bytes).toString()]))
}

test('the policies in force are in every bundle, also those whose path is none that a bundle has', async () => {
  const long = `${'a'.repeat(190)}.cedar`
  const paths = ['team.cedar', 'teams/red.cedar', '_own.cedar', 'teams/_red.cedar', 'a..b.cedar', long]
  const files = await policyFiles(paths)
  expect(files.get('rules/policies/teams/red.cedar')).toBe('// teams/red.cedar')
  expect([...files.values()].toSorted()).toEqual(paths.map((path) => `// ${path}`).toSorted())
})
