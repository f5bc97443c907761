import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ErrorCode } from '@forge-cascade/contract'
import { afterEach, expect, test } from 'vitest'
import type { BackupVault } from '#backup'
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
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An instance beside which a restore has left a store. */
async function open(openStore: (store: CapsuleContext['store']) => Promise<CapsuleContext['store']>) {
  const [world, aside] = [await openWorld(), await openWorld()]
  const directory = mkdtempSync(join(tmpdir(), 'cascade-aside-'))
  folders.push(directory)
  mkdirSync(join(directory, 'before-restore-1'))
  const grant = () => world.call('capsule.erase').grant
  const erasures = openErasures({
    ...{ context: world.context, files: createErasureFiles(), directory, backups: NO_BACKUPS, grant },
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
