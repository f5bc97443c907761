import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ErrorCode } from '@forge-cascade/contract'
import { afterEach, expect, test } from 'vitest'
import type { BackupEntry, BackupVault } from '#backup'
import { CascadeError } from '#base'
import type { CapsuleContext } from '#capsules'
import { createErasureFiles } from '../../domain/capsules/keeping/testing.ts'
import { openWorld } from '../../domain/capsules/use-cases/testing.ts'
import { codeOf } from '../../platform/store/testing.ts'
import { openErasures } from './open-erasures.ts'

const NO_BACKUPS: BackupVault = {
  list: async () => [],
  rewrite: () => Promise.reject(new CascadeError('NOT_FOUND', 'there are no backups')),
  destroyKey: () => Promise.reject(new CascadeError('NOT_FOUND', 'there are no backups')),
  beginAnew: async () => [],
  listHandedOut: async () => [],
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An instance beside which a restore has left a store. */
async function open(
  openStore: (store: CapsuleContext['store']) => Promise<CapsuleContext['store']>,
  backups: BackupVault = NO_BACKUPS,
) {
  const [world, aside] = [await openWorld(), await openWorld()]
  const directory = mkdtempSync(join(tmpdir(), 'cascade-aside-'))
  folders.push(directory)
  mkdirSync(join(directory, 'before-restore-1'))
  const grant = () => world.call('capsule.erase').grant
  const erasures = openErasures({
    ...{ context: world.context, files: createErasureFiles(), directory, backups, grant },
    openStore: () => openStore(aside.context.store),
    archives: { place: 'archives', erase: async () => [] },
    storeFile: 'store.db',
    forget: () => undefined,
  })
  const { id } = await world.add({ content: 'to be forgotten' })
  const erase = () =>
    erasures.erase(world.call('capsule.erase'), { target: { kind: 'capsule', capsule: id }, legalBasis: 'gdpr-17' })
  return { erase, goOn: () => erasures.goOn(grant) }
}

test.for<ErrorCode>(['DATA_CORRUPT', 'DATA_FOLDER_NEWER', 'UNAVAILABLE'])(
  'a store set aside that cannot be opened (%s) is named, and keeps no erasure from being complete',
  async (code) => {
    const { erase } = await open(() => Promise.reject(new CascadeError(code, 'it cannot be opened')))
    const { state, places } = await erase()
    expect(state).toBe('completed')
    expect(places).toContainEqual(expect.objectContaining({ outcome: 'unreachable' }))
  },
)

test.for<ErrorCode>(['STORAGE_FULL', 'UNAVAILABLE'])(
  'a store set aside that could not be erased in (%s) is tried again',
  async (code) => {
    let isFailing = true
    const { erase, goOn } = await open(async (store) =>
      Object.assign(Object.create(store), {
        append: store.append.bind(store),
        scrub: async () => {
          if (isFailing) throw new CascadeError(code, 'not now')
          return store.scrub()
        },
        [Symbol.asyncDispose]: async () => undefined,
      }),
    )
    expect(await codeOf(erase)).toBe(code)
    expect((await goOn()).troubles).toMatchObject([{ reason: expect.stringContaining('not now') }])
    isFailing = false
    expect(await goOn()).toEqual({ completed: 1, troubles: [] })
    const { places } = await erase()
    expect(places).toContainEqual(expect.objectContaining({ outcome: 'rewritten' }))
  },
)

test('a receipt names each key that was handed out, and says of no backup with such a key that nobody can open it', async () => {
  const entry = (name: string): BackupEntry => ({
    ...{ id: name, kind: 'backup', place: `/srv/${name}.backup`, sequence: 4, madeAt: '2026-11-21T09:00:00.000Z' },
    ...{ keyIds: [`${name}-new`], isReachable: true, handedOut: false },
  })
  const gone = (name: string, keyFile: string | null) => {
    const { id, place, madeAt } = entry(name)
    return { id, place, madeAt, keyId: `${name}-old`, keyFile }
  }
  const { erase } = await open(() => Promise.reject(new CascadeError('DATA_CORRUPT', 'it cannot be opened')), {
    ...NO_BACKUPS,
    list: async () => [entry('kept'), entry('given')],
    rewrite: async (id) => entry(id),
    listHandedOut: async () => [gone('given', '/mnt/usb/given.key'), gone('moved', null)],
  })
  const places = (await erase()).places.filter(({ place }) => place.startsWith('backups: '))
  expect(places).toEqual([
    {
      place: 'backups: /srv/kept.backup',
      outcome: 'rewritten',
      detail: 'without what was erased, under a new key; the old key was destroyed',
    },
    {
      place: 'backups: /srv/given.backup',
      outcome: 'rewritten',
      detail: expect.stringMatching(/handed out does not open it any more: .* make a new backup with --with-key$/),
    },
    {
      place: 'backups: /srv/given.backup',
      outcome: 'key handed out',
      detail:
        'given-old, on 2026-11-21T09:00:00.000Z to /mnt/usb/given.key; copies of the backup as it was then still open with it: destroy that copy of the key',
    },
    {
      place: 'backups: /srv/moved.backup',
      outcome: 'key handed out',
      detail: expect.stringContaining('to a file whose name was not recorded; copies'),
    },
  ])
})
