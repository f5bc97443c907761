import { median } from './quantiles.ts'

/** What one of two things came to, in each round. */
export type Turns<T> = readonly (readonly [first: T, second: T])[]

/**
 * Runs two things by turns, so that what else the machine does meets both: each begins every other round, and one round
 * before the first is not counted.
 */
export async function inTurns<T>(rounds: number, first: () => Promise<T>, second: () => Promise<T>): Promise<Turns<T>> {
  const turns: (readonly [T, T])[] = []
  for (let round = 0; round <= rounds; round++) {
    if (round % 2 === 0) turns.push([await first(), await second()])
    else {
      const later = await second()
      turns.push([await first(), later])
    }
  }
  return turns.slice(1)
}

/** The median over rounds of the second's number by the first's. */
export const ratioOf = <T>(turns: Turns<T>, numberOf: (turn: T) => number): number =>
  median(turns.map(([first, second]) => numberOf(second) / numberOf(first)))
