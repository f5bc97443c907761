import type { KnownCapsules } from './lineage-capsules.ts'
import type { Memory } from './lineage-known.ts'
import type { Reach } from './lineage-reach.ts'
import type { PackedNodes } from './packed-lineage.ts'

/** The capsules of a walk in its order, whose columns are up to date. */
export function packNodes({ capsules, wordsTold }: Memory, { slots, depths }: Reach): PackedNodes {
  const { ids, versions, titles, standings, createdAts } = capsules
  const packed = {
    ids: slots.map((slot) => ids[slot]!).join(''),
    versions: new Uint32Array(slots.length),
    titles: new Uint32Array(slots.length),
    standings: new Uint32Array(slots.length),
    createdAts: new Float64Array(slots.length),
    depths: new Uint32Array(depths),
    byAge: sortByAge(capsules, slots),
  }
  for (let place = 0; place < slots.length; place++) {
    const slot = slots[place]!
    packed.versions[place] = wordsTold.numberOf(versions[slot]!)
    packed.titles[place] = wordsTold.numberOf(titles[slot]!)
    packed.standings[place] = standings[slot]!
    packed.createdAts[place] = createdAts[slot]!
  }
  return packed
}

/** Places from the oldest to the youngest; of one age, in the order of their ids. */
function sortByAge({ createdAts, ids }: KnownCapsules, slots: readonly number[]): Uint32Array {
  const compare = (a: number, b: number): number => {
    const [one, other] = [slots[a]!, slots[b]!]
    return createdAts[one]! - createdAts[other]! || (ids[one]! < ids[other]! ? -1 : 1)
  }
  return new Uint32Array(slots.map((_, place) => place).sort(compare))
}
