/** A thread that takes memory until it has no more. */
const taken: number[][] = []
for (;;) taken.push(Array.from({ length: 100_000 }, (_, at) => at * 1.5))
