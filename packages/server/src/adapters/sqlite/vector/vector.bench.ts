// Vector search over clustered vectors, by hand: node vector.bench.ts [slots] [dimensions]. Prints p50/p95 in
// milliseconds per kernel and filter, and recall@10 against double precision over all passing vectors.
import { clusteredVectors, createRandom } from './clustered-vectors.ts'
import { dotExact } from './embedding-code.ts'
import { searchExact } from './exact-search.ts'
import type { KernelKind } from './kernel/kernel.ts'
import type { SlotFilter } from './slot-filter.ts'
import { VectorSpace } from './vector-space.ts'

const SLOTS = Number(process.argv[2] ?? 100_000)
const DIMENSIONS = Number(process.argv[3] ?? 384)
const QUERIES = 200
const RECALL_QUERIES = 20
const CANDIDATES = 64
const FILTERS: Readonly<Record<string, SlotFilter>> = {
  none: {},
  'trust 50 %': { trustMin: 50 },
  'tag 5 %': { tags: [1] },
  'owner 0.3 %': { owner: 1 },
  'owner+tag': { owner: 1, tags: [1] },
}

const random = createRandom(7)
const vectors = clusteredVectors(SLOTS + QUERIES, DIMENSIONS, random)
const rows = vectors.slice(0, SLOTS)
const queries = vectors.slice(SLOTS)

console.log(`${SLOTS} slots of ${DIMENSIONS} dimensions, top ${CANDIDATES}, ${QUERIES} queries, one thread`)
for (const kernel of ['relaxed', 'simd'] satisfies KernelKind[]) measure(fill(kernel), kernel)

function fill(kernel: KernelKind): VectorSpace {
  const space = VectorSpace.create(DIMENSIONS, { kernel })
  const begun = performance.now()
  const columns = createRandom(11)
  rows.forEach((vector, slot) => {
    const tags = [2 + (slot % 7), ...(columns() < 0.05 ? [1] : [])]
    const owner = 1 + Math.floor(columns() * 333)
    const trust = Math.floor(columns() * 100)
    space.put(slot, vector, { trust, type: slot % 8, status: 1, owner, identity: 0, lane: 0, fold: 0, tags })
  })
  console.log(`put: ${Math.round(SLOTS / ((performance.now() - begun) / 1000))} slots/s`)
  return space
}

function measure({ reader }: VectorSpace, kernel: KernelKind): void {
  for (const [name, filter] of Object.entries(FILTERS)) {
    for (const query of queries.slice(0, 30)) reader.search(query, filter, CANDIDATES)
    const times = queries.map((query) => timed(() => reader.search(query, filter, CANDIDATES))).sort((a, b) => a - b)
    const count = timed(() => reader.countPassing(filter))
    const { recall, wider } = judge(reader, filter)
    console.log(
      `${kernel.padEnd(8)} ${name.padEnd(12)} p50 ${ms(times[QUERIES / 2]!)} p95 ${ms(times[Math.floor(QUERIES * 0.95)]!)}` +
        ` filter alone ${ms(count)} recall@10 ${recall.toFixed(4)} second looks ${wider}/${RECALL_QUERIES}`,
    )
  }
}

/** Recall of one approximate search with rescoring, and how often the proof of exactness needs a wider one. */
function judge(reader: VectorSpace['reader'], filter: SlotFilter): { recall: number; wider: number } {
  const passing = reader.filterBitmap(filter)
  let found = 0
  let wanted = 0
  let wider = 0
  for (const query of queries.slice(0, RECALL_QUERIES)) {
    const exact = (slot: number) => dotExact(rows[slot]!, query)
    const truth: number[] = []
    passing.forEach((slot) => {
      truth.push(exact(slot))
    })
    truth.sort((a, b) => b - a)
    const once = [...reader.search(query, filter, CANDIDATES).slots].map(exact).sort((a, b) => b - a)
    wanted += Math.min(10, truth.length)
    found += once.slice(0, 10).filter((score) => score >= (truth[9] ?? -1)).length
    let rescored = 0
    searchExact(reader, query, filter, 10, (slots) => {
      rescored += slots.length
      return slots.map(exact)
    })
    if (rescored > CANDIDATES) wider++
  }
  return { recall: found / wanted, wider }
}

function timed(run: () => unknown): number {
  const begun = performance.now()
  run()
  return performance.now() - begun
}

function ms(value: number): string {
  return value.toFixed(3).padStart(7)
}
