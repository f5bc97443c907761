import { type Html, html } from './html.ts'

/** What a timeline shows of an entry. */
export interface TimedEntry {
  /** RFC 3339. */
  readonly time: string
  readonly type: string
}

/** Lanes that are drawn; the rarest kinds share the last one. */
const LANES_MAX = 10
const BUCKETS = 80
const LANE = { height: 26, labelWidth: 210, countWidth: 60, tallest: 20, lowest: 3 } as const
const WIDTH = 960
const AXIS_HEIGHT = 26
const OTHERS = 'other kinds'

/** When how much of what happened: a lane for each kind, bars for how often. The table beside it says the same in words. */
export function timeline(entries: readonly TimedEntry[]): Html {
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return html`<p class="soft">Nothing of that kind has happened.</p>`
  const [from, to] = [Date.parse(first.time), Date.parse(last.time)]
  const lanes = lanesOf(entries, from, Math.max(1, to - from))
  const height = lanes.length * LANE.height + AXIS_HEIGHT
  const most = Math.max(...lanes.flatMap(({ buckets }) => buckets))
  return html`<div class="wide" role="region" aria-label="Timeline" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="timeline-title">
<title id="timeline-title">${entries.length === 1 ? '1 entry' : `${entries.length} entries`} from ${first.time} to ${last.time}, by kind: ${lanes.map(({ type, count }) => `${type} ${count}`).join(', ')}</title>
${lanes.map((lane, at) => drawLane(lane, (at + 1) * LANE.height, most))}
<text class="soft" x="${LANE.labelWidth}" y="${height - 6}">${minuteOf(first.time)}</text>
<text class="soft" x="${WIDTH - LANE.countWidth}" y="${height - 6}" text-anchor="end">${to === from ? undefined : minuteOf(last.time)}</text>
</svg></div>`
}

interface Lane {
  readonly type: string
  readonly count: number
  /** Entries in each stretch of time. */
  readonly buckets: readonly number[]
}

function lanesOf(entries: readonly TimedEntry[], from: number, spanMs: number): readonly Lane[] {
  const byType = Map.groupBy(entries, ({ type }) => type)
  const types = [...byType].toSorted(([, a], [, b]) => b.length - a.length)
  const shown = types.length > LANES_MAX ? types.slice(0, LANES_MAX - 1) : types
  const others = types.slice(shown.length).flatMap(([, each]) => each)
  const lanes = others.length === 0 ? shown : [...shown, [OTHERS, others] as const]
  return lanes.map(([type, all]) => {
    const buckets: number[] = Array.from({ length: BUCKETS }, () => 0)
    for (const { time } of all) {
      const at = Math.min(BUCKETS - 1, Math.floor(((Date.parse(time) - from) / spanMs) * BUCKETS))
      buckets[at] = (buckets[at] ?? 0) + 1
    }
    return { type, count: all.length, buckets }
  })
}

function drawLane({ type, count, buckets }: Lane, bottom: number, most: number): Html {
  const width = (WIDTH - LANE.labelWidth - LANE.countWidth) / BUCKETS
  const bars = buckets.map((each, at) => {
    if (each === 0) return undefined
    // By the logarithm: one entry stays visible beside thousands.
    const height = LANE.lowest + ((LANE.tallest - LANE.lowest) * Math.log(each)) / Math.max(1, Math.log(most))
    const [x, y] = [LANE.labelWidth + at * width, bottom - height]
    return html`<rect class="mark" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(width - 1).toFixed(1)}" height="${height.toFixed(1)}"/>`
  })
  return html`<line class="lane" x1="${LANE.labelWidth}" x2="${WIDTH - LANE.countWidth}" y1="${bottom}" y2="${bottom}"/>
<text x="0" y="${bottom - 4}">${type}</text>${bars}<text class="soft" x="${WIDTH}" y="${bottom - 4}" text-anchor="end">${count}</text>
`
}

/** `2026-03-01 09:00` in UTC. */
export const minuteOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`
