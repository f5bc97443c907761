import { CascadeError } from '#base'
import { type BootChunk, CHUNKS_MAX } from './boot-chunk.ts'

/** A checked set of chunks: names are unique, everything named exists, nothing waits for itself or for later levels. */
export interface BootGraph {
  /** Chunks by priority, lowest first; within a level each stands after those it waits for. */
  readonly levels: readonly (readonly BootChunk[])[]
  /** Everything a chunk waits for, directly or through others. */
  readonly reaches: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * @throws CascadeError BOOT_FAILED naming the chunk and the rule it breaks: a name twice, an unknown dependency, a
 * dependency of a later level, a chunk that must not fail resting on one that may, a cycle.
 */
export function planBoot(chunks: readonly BootChunk[]): BootGraph {
  if (chunks.length > CHUNKS_MAX) throw refused(`${chunks.length} chunks are more than ${CHUNKS_MAX}`)
  const byName = new Map(chunks.map((chunk) => [chunk.name, chunk]))
  if (byName.size < chunks.length) throw refused(`two chunks have the name "${findTwice(chunks)}"`)
  for (const chunk of chunks) checkNames(chunk, byName)
  const sorted = sortByDependency(chunks, byName)
  const priorities = [...new Set(chunks.map(({ priority }) => priority))].sort((a, b) => a - b)
  return {
    levels: priorities.map((priority) => sorted.filter((chunk) => chunk.priority === priority)),
    reaches: reachable(sorted),
  }
}

/** The names a chunk waits for: those it needs and those it merely uses. */
export const namesAwaited = ({ dependsOn = [], uses = [] }: BootChunk): readonly string[] => [...dependsOn, ...uses]

const findTwice = (chunks: readonly BootChunk[]): string | undefined =>
  chunks.find(({ name }, index) => chunks.findIndex((other) => other.name === name) < index)?.name

function checkNames(chunk: BootChunk, byName: ReadonlyMap<string, BootChunk>): void {
  if (!Number.isFinite(chunk.priority)) throw refused(`chunk "${chunk.name}" has no finite priority`)
  for (const name of namesAwaited(chunk)) {
    const other = byName.get(name)
    if (other === undefined) throw refused(`chunk "${chunk.name}" waits for "${name}", which is unknown`)
    if (other.priority > chunk.priority)
      throw refused(
        `chunk "${chunk.name}" (priority ${chunk.priority}) waits for "${name}", which starts later (priority ${other.priority})`,
      )
  }
  const weak = chunk.canFail ? undefined : chunk.dependsOn?.find((name) => byName.get(name)?.canFail)
  if (weak !== undefined)
    throw refused(`chunk "${chunk.name}" must not fail but depends on "${weak}", which may; name it in \`uses\``)
}

/** Each chunk after those it waits for (Kahn's algorithm: what remains when nothing is free any more is a cycle). */
function sortByDependency(chunks: readonly BootChunk[], byName: ReadonlyMap<string, BootChunk>): BootChunk[] {
  const sorted = new Map<string, BootChunk>()
  let waiting = [...byName.values()]
  while (waiting.length > 0) {
    const free = waiting.filter((chunk) => namesAwaited(chunk).every((name) => sorted.has(name)))
    if (free.length === 0) throw refused(`these chunks wait for each other: ${findCycle(waiting).join(' → ')}`)
    for (const chunk of free) sorted.set(chunk.name, chunk)
    waiting = chunks.filter(({ name }) => !sorted.has(name))
  }
  return [...sorted.values()]
}

/** Every chunk that waits has one among the waiting that it waits for; following it must come back to a name. */
function findCycle(waiting: readonly BootChunk[]): string[] {
  const byName = new Map(waiting.map((chunk) => [chunk.name, chunk]))
  const path: string[] = []
  let name: string | undefined = waiting[0]?.name
  while (name !== undefined && !path.includes(name)) {
    path.push(name)
    name = namesAwaited(byName.get(name)!).find((each) => byName.has(each))
  }
  return name === undefined ? path : [...path.slice(path.indexOf(name)), name]
}

function reachable(sorted: readonly BootChunk[]): Map<string, ReadonlySet<string>> {
  const reaches = new Map<string, ReadonlySet<string>>()
  for (const chunk of sorted) {
    const direct = namesAwaited(chunk)
    reaches.set(chunk.name, new Set([...direct, ...direct.flatMap((name) => [...(reaches.get(name) ?? [])])]))
  }
  return reaches
}

const refused = (what: string): CascadeError => new CascadeError('BOOT_FAILED', `the boot plan is not valid: ${what}`)
