/** What one row of the table counts, and which end of it is better. */
export interface Measure {
  readonly name: string
  readonly unit: string
  readonly better: 'less' | 'more'
  /** False where the number is told for judging others, and being ahead of it means nothing. */
  readonly ranks?: boolean
}

interface Line {
  readonly measure: Measure
  readonly values: ReadonlyMap<string, number>
}

/** Ratios below this are noise of the machine, not a lead. */
const EVEN = 1.05

/** Numbers of several stores for the same things, told as one table with how far each is behind the best. */
export class Comparison {
  readonly #peers: readonly string[]
  readonly #lines = new Map<string, { readonly measure: Measure; readonly values: Map<string, number> }>()

  constructor(peers: readonly string[]) {
    this.#peers = peers
  }

  set(peer: string, measure: Measure, value: number): void {
    const line = this.#lines.get(measure.name) ?? { measure, values: new Map<string, number>() }
    line.values.set(peer, value)
    this.#lines.set(measure.name, line)
  }

  /** Rows where the first store is behind another by more than noise, with the one that leads. */
  get behind(): readonly { readonly name: string; readonly leader: string; readonly ratio: number }[] {
    const own = this.#peers[0]!
    return this.lines.flatMap(({ measure, values }) => {
      const value = values.get(own)
      const best = bestOf({ measure, values })
      if (value === undefined || best === undefined || measure.ranks === false) return []
      const ratio = ratioOf(measure, value, best.value)
      return ratio > EVEN ? [{ name: measure.name, leader: best.peer, ratio }] : []
    })
  }

  get lines(): readonly Line[] {
    return [...this.#lines.values()]
  }

  /** Markdown: a row for each measure, a column for each store; the best in bold, the others with their ratio to it. */
  table(): readonly string[] {
    return [
      `| | ${this.#peers.join(' | ')} |`,
      `| --- | ${this.#peers.map(() => '--:').join(' | ')} |`,
      ...this.lines.map((line) => {
        const best = bestOf(line)
        const cells = this.#peers.map((peer) => cellOf(line, peer, best?.value))
        return `| ${line.measure.name}, ${line.measure.unit} | ${cells.join(' | ')} |`
      }),
    ]
  }
}

function cellOf({ measure, values }: Line, peer: string, best: number | undefined): string {
  const value = values.get(peer)
  if (value === undefined || best === undefined) return '—'
  if (measure.ranks === false) return formatNumber(value)
  const ratio = ratioOf(measure, value, best)
  if (!Number.isFinite(ratio)) return formatNumber(value)
  return ratio <= 1 ? `**${formatNumber(value)}**` : `${formatNumber(value)} (${ratio.toFixed(ratio < 10 ? 1 : 0)}×)`
}

/** How many times worse than the best; 1 for the best. */
const ratioOf = ({ better }: Measure, value: number, best: number): number =>
  value === best ? 1 : better === 'less' ? value / best : best / value

function bestOf({ measure, values }: Line): { readonly peer: string; readonly value: number } | undefined {
  const sorted = [...values].toSorted((a, b) => (measure.better === 'less' ? a[1] - b[1] : b[1] - a[1]))
  const first = sorted[0]
  return first && { peer: first[0], value: first[1] }
}

const formatNumber = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1)
