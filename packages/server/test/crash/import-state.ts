import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExportedCapsule, ExportedVersion, ImportFile, ImportJob, ImportRequest } from '@forge-cascade/contract'
import { sha256Hex } from '#base'
import { exportStore } from '../../src/domain/capsules/export/index.ts'
import type { ImportWorld } from '../../src/domain/capsules/import/testing.ts'

/** One way into the store, with something that comes in by it. */
export interface Door {
  readonly name: string
  readonly path: string
  readonly kind: ImportRequest['kind']
}

/** Everything that imports are to bring about, and what a person is told of them. */
export interface ImportState {
  readonly doors: readonly DoorState[]
  /** Each capsule and each version with all that an export tells of it, as digests. */
  readonly capsules: readonly string[]
  /** What is found wrong when nothing should be. */
  readonly trouble: readonly string[]
}

/** What came of one import. */
interface DoorState {
  readonly name: string
  /** Its first job, which those after a kill go on with. */
  readonly job: unknown
  /** What became of each file, line or turn. */
  readonly files: readonly Pick<ImportFile, 'path' | 'state' | 'reason' | 'version' | 'chunks'>[]
  /** What one more import finds: all that is remembered between imports shows in that. */
  readonly again: unknown
}

interface Whole {
  readonly capsule: ExportedCapsule
  readonly versions: ExportedVersion[]
}

/** @param since in milliseconds since 1970; times from then on differ from run to run. */
export async function readState(
  world: ImportWorld,
  doors: readonly Door[],
  { since, trouble }: { readonly since: number; readonly trouble: readonly string[] },
): Promise<ImportState> {
  const wholes = await readWholes(world)
  const kept = new Set(doors.filter(({ kind }) => kind === 'cascade').flatMap(({ path }) => idsOf(path)))
  const names = new Map(
    wholes.filter(({ capsule }) => !kept.has(capsule.id)).map((whole) => [whole.capsule.id, nameOf(whole)]),
  )
  const lines = wholes.flatMap((whole) =>
    [whole.capsule, ...whole.versions].map((line) => digestLine(whole, line, names, since)),
  )
  const states: DoorState[] = []
  for (const door of doors) states.push(await readDoor(world, door))
  return { doors: states, capsules: lines.sort(), trouble }
}

/** Written where an export knows a link that is not there: a resemblance may have been found by then, or not. */
const LINKS_OF = 'links.ndjson#'

async function readDoor(world: ImportWorld, { name, path, kind }: Door): Promise<DoorState> {
  const { items } = await world.imports.list({ limit: 100 })
  const job = items.filter((item) => item.path === path).at(-1)
  if (!job) throw new Error(`there is no import of ${path} to tell of`)
  const files = await world.files(job)
  return {
    name,
    job: countsOf(job),
    files: files
      .filter((file) => !file.path.startsWith(LINKS_OF))
      .map(({ path, state, reason, version, chunks }) => ({ path, state, reason, version, chunks })),
    again: countsOf(await world.run(path, { kind })),
  }
}

/** What a job says that does not depend on when it ran, or in how many pieces. */
const countsOf = ({ state, kind, imported, unchanged, skipped, failed, ...job }: ImportJob): unknown => ({
  state,
  kind,
  imported,
  unchanged,
  skipped,
  failed,
  created: job.capsules_created,
  versions: job.versions_added,
  done: job.files_done,
  total: job.files_total,
  problem: job.problem,
  links: job.links,
})

async function readWholes({ context }: ImportWorld): Promise<readonly Whole[]> {
  const wholes: Whole[] = []
  const { signal } = new AbortController()
  for await (const line of exportStore(context, { instance: 'test', vectors: true, signal })) {
    if (line.kind === 'capsule') wholes.push({ capsule: withoutNeighbours(line), versions: [] })
    else if (line.kind === 'version') wholes.at(-1)?.versions.push(line)
  }
  return wholes
}

/** What it resembles depends on what else was there when it was looked for; no export's digest tells of it either. */
const withoutNeighbours = (capsule: ExportedCapsule): ExportedCapsule => ({
  ...capsule,
  links: capsule.links.filter(({ link }) => link !== 'SIMILAR_TO'),
})

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** What an export names keeps its id with whoever takes it in; elsewhere ids are new in each run. */
const idsOf = (folder: string): readonly string[] =>
  ['manifest.json', 'chunks.ndjson'].flatMap((file) => readFileSync(join(folder, file), 'utf8').match(ID) ?? [])

/** Takes the place of an id that is another in each run: where the capsule is from and what it says. */
function nameOf({ versions }: Whole): string {
  const { source, part_of: partOf } = versions.at(-1) ?? {}
  return sha256Hex(JSON.stringify([source, partOf?.place, partOf?.index, versions.map(({ content }) => content)]))
}

const TIME = /^\d{4}-\d\d-\d\dT/

function digestLine(
  { versions }: Whole,
  line: ExportedCapsule | ExportedVersion,
  names: ReadonlyMap<string, string>,
  since: number,
): string {
  const told = JSON.stringify(line, (key, value: unknown) => {
    if (key === 'recorded_at') return undefined
    if (typeof value !== 'string') return value
    return TIME.test(value) && Date.parse(value) >= since ? 'now' : (names.get(value) ?? value)
  })
  const { source, title, part_of: partOf } = versions.at(-1) ?? {}
  const what = line.kind === 'version' ? line.version : line.status
  return `${JSON.stringify(source ?? title)} ${partOf?.place ?? ''} ${what} ${sha256Hex(told)}`
}
