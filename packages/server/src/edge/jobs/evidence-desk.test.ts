import { expect, test } from 'vitest'
import { CascadeError, isCascadeError } from '#base'
import type { Call } from '#capsules'
import type { LedgerStore } from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import type { Store } from '../../domain/store.ts'
import { formatCheckpoint, signNote } from '../../platform/ledger/note/index.ts'
import { createEd25519Signer } from '../../platform/ledger/note/note-signer.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { commandId, commit, createTestClock, grantOf, noteOf } from '../../platform/store/testing.ts'
import { EvidenceDesk, type EvidenceDeskOptions } from './evidence-desk.ts'

const ENTRIES = 300
const origin = 'log.example/1'
const signer = createEd25519Signer(origin, newEd25519())

async function openDesk(
  more: (store: Store, desk: EvidenceDeskOptions['desk']) => Partial<EvidenceDeskOptions> = () => ({}),
) {
  const { clock } = createTestClock()
  const store = openMemoryStore({ collections: [], clock })
  for (let made = 0; made < ENTRIES; made++) await commit(store, noteOf({ subject: `test/${made}` }))
  const sealed: string[] = []
  const desk = {
    keys: async () => [],
    covering: async () => {
      const head = await store.ledger.grow()
      return { ...head, origin, note: signNote(formatCheckpoint({ origin, ...head, extensions: [] }), [signer]) }
    },
    seal: (text: string) => {
      sealed.push(text)
      return signNote(text, [signer])
    },
  }
  const decisions = { find: async () => undefined, policies: async () => undefined }
  const parts = { desk, store, ledger: store.ledger, head: () => store.head(), clock, madeBy: 'test 1', more: () => [] }
  return { evidence: new EvidenceDesk({ ...parts, decisions, ...more(store, desk) }), store, sealed }
}

/** Nobody looks at more of a call than its grant and its command. */
const call = (): Call<'evidence.export'> =>
  ({ grant: grantOf('evidence.export'), command: { id: commandId() } }) as Call<'evidence.export'>

const never = new AbortController().signal

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

test('of an entry that is not the one that was signed it is told before a byte, and nothing is signed or told in the log', async () => {
  const { evidence, store, sealed } = await openDesk(({ ledger }) => {
    const find: LedgerStore['find'] = async (index) => {
      const found = await ledger.find(index)
      return found && index === 250 ? { ...found, text: found.text.replace('test/250', 'test/251') } : found
    }
    return { ledger: { find, list: ledger.list.bind(ledger), proveInclusion: ledger.proveInclusion.bind(ledger) } }
  })
  await expect(evidence.export(call(), {}, never)).rejects.toMatchObject({
    code: 'DATA_CORRUPT',
    detail: expect.stringContaining('Entry 250'),
  })
  expect([sealed, store.head()]).toEqual([[], ENTRIES - 1])
})

test('what cannot be told in the log is not signed', async () => {
  const full = new CascadeError('STORAGE_FULL', 'There is no room.')
  const { evidence, sealed } = await openDesk(() => ({ store: { append: async () => [{ ok: false, error: full }] } }))
  await expect(evidence.export(call(), {}, never)).rejects.toBe(full)
  expect(sealed).toEqual([])
})

test.for([
  { when: 'while it was made', tells: 0 },
  { when: 'while the log was told', tells: 1 },
])('with a key that was changed $when nothing is sealed: it would not verify', async ({ tells }) => {
  const keys = ['old']
  const rotate = (): void => void keys.unshift('new')
  const { evidence, store, sealed } = await openDesk((own, desk) => ({
    desk: { ...desk, keys: async () => [...keys] },
    store: {
      append: async (commands) => {
        const outcomes = await own.append(commands)
        rotate()
        return outcomes
      },
    },
    more: () => {
      if (tells === 0) rotate()
      return []
    },
  }))
  await expect(evidence.export(call(), {}, never)).rejects.toMatchObject({ code: 'CONFLICT' })
  expect([sealed, store.head()]).toEqual([[], ENTRIES - 1 + tells])
})

test('one that nobody reads, or that broke, keeps no other from being made', async () => {
  const { evidence } = await openDesk()
  const unread = await evidence.export(call(), {}, never)
  await expect(evidence.export(call(), {}, never)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  await unread[Symbol.asyncIterator]().return?.()
  await expect(evidence.export(call(), { entity_id: '1' }, never)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
  for await (const piece of await evidence.export(call(), {}, never)) if (piece.length > 0) break
  expect((await readAll(await evidence.export(call(), {}, never))).length).toBeGreaterThan(0)
})

test('it ends when its client is gone: before it begins, before it is sealed and in the middle', async () => {
  const reason = new Error('gone')
  const [before, leaving] = [new AbortController(), new AbortController()]
  const { evidence, store, sealed } = await openDesk(() => ({
    more: () => {
      before.abort(reason)
      return []
    },
  }))
  await expect(evidence.export(call(), {}, AbortSignal.abort(reason))).rejects.toBe(reason)
  await expect(evidence.export(call(), {}, before.signal)).rejects.toBe(reason)
  expect([sealed, store.head()]).toEqual([[], ENTRIES - 1])
  const pieces = await evidence.export(call(), {}, leaving.signal)
  let failed: unknown
  try {
    for await (const piece of pieces) if (piece.length > 0) leaving.abort(reason)
  } catch (error) {
    failed = error
  }
  expect([failed, isCascadeError(failed)]).toEqual([reason, false])
})

test('an entry that is damaged after it was proven breaks the bytes off', async () => {
  let looks = 0
  const { evidence } = await openDesk(({ ledger }) => {
    const find: LedgerStore['find'] = async (index) => {
      const found = await ledger.find(index)
      return found && index === 250 && ++looks > 1 ? { ...found, text: found.text.replace('250', '251') } : found
    }
    return { ledger: { find, list: ledger.list.bind(ledger), proveInclusion: ledger.proveInclusion.bind(ledger) } }
  })
  await expect(readAll(await evidence.export(call(), {}, never))).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
})
