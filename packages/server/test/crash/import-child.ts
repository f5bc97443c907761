import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#base'
import { openDocumentConverter } from '../../src/adapters/documents/index.ts'
import { openMemoryStore } from '../../src/adapters/memory/index.ts'
import { TempArea } from '../../src/adapters/sources/index.ts'
import { openSqliteStore, type SqliteStore } from '../../src/adapters/sqlite/index.ts'
import { IMPORT_TEST_COLLECTIONS, openImportWorld, TEST_TEMP } from '../../src/domain/capsules/import/testing.ts'
import type { Store } from '../../src/domain/store.ts'
import type { Leg, LegEnd, LegsLine, LegsOrder } from './import-legs.ts'
import { readState } from './import-state.ts'
import { Mortal, Reaper } from './mortal.ts'

// Written by `runLegs`.
const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LegsOrder
const options = { collections: IMPORT_TEST_COLLECTIONS, clock: systemClock }
const temp = order.data === null ? TEST_TEMP : new TempArea(join(order.data, 'tmp'))
await using disk = order.data === null ? undefined : await openSqliteStore({ directory: order.data, ...options })
const store = disk ?? openMemoryStore(options)
const world = await openImportWorld({ store, temp })
await world.imports.markInterrupted(() => world.call().grant)
const reaper = new Reaper(order.legs.length, order.afterMs)
await Promise.all(order.legs.map(async (leg) => say({ end: await runLeg(leg) })))
const trouble = disk && order.data !== null ? await troubleOf(disk, order.data) : []
say({ result: await readState(world, order.doors, { since: order.since, trouble }) })
await world.imports[Symbol.asyncDispose]()

/** Each import has a world of its own over the one store, so that as many as there are go on at the same time. */
async function runLeg({ name, path, kind, deaths }: Leg): Promise<LegEnd> {
  const mortal = new Mortal(reaper, deaths[0])
  const converter = mortal.converter(openDocumentConverter())
  const { run, imports } = await openImportWorld({ store: mortal.store(store satisfies Store), converter, temp })
  const { state } = await run(path, { kind })
  const { writes, conversions } = mortal
  await imports[Symbol.asyncDispose]()
  reaper.end()
  return { name, state, writes, conversions }
}

async function troubleOf(store: SqliteStore, data: string): Promise<readonly string[]> {
  const findings = (await store.doctor('full')).filter(({ ok }) => !ok)
  return [...findings.map((finding) => JSON.stringify(finding)), ...readdirSync(data).filter((name) => name === 'tmp')]
}

function say(line: LegsLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
