import { describe, expect, it } from 'vitest'
import { Comparison } from './comparison.ts'

const LATENCY = { name: 'search', unit: 'ms', better: 'less' } as const
const RATE = { name: 'load', unit: 'docs/s', better: 'more' } as const

describe('a comparison of stores', () => {
  it('shows the best of a row in bold and how many times the others are behind', () => {
    const comparison = new Comparison(['ours', 'theirs', 'third'])
    comparison.set('ours', LATENCY, 2)
    comparison.set('theirs', LATENCY, 5)
    comparison.set('ours', RATE, 1000)
    comparison.set('theirs', RATE, 4000)
    expect(comparison.table()).toEqual([
      '| | ours | theirs | third |',
      '| --- | --: | --: | --: |',
      '| search, ms | **2.00** | 5.00 (2.5×) | — |',
      '| load, docs/s | 1,000 (4.0×) | **4,000** | — |',
    ])
  })

  it('names the rows in which the first is behind, and none that noise explains', () => {
    const comparison = new Comparison(['ours', 'theirs'])
    comparison.set('ours', LATENCY, 1.04)
    comparison.set('theirs', LATENCY, 1)
    comparison.set('ours', RATE, 100)
    comparison.set('theirs', RATE, 150)
    expect(comparison.behind).toEqual([{ name: 'load', leader: 'theirs', ratio: 1.5 }])
  })

  it('ranks nobody by a number that is told for judging others', () => {
    const comparison = new Comparison(['ours', 'theirs'])
    const probe = { name: 'fdatasync before', unit: 'ms', better: 'less', ranks: false } as const
    comparison.set('ours', probe, 3)
    comparison.set('theirs', probe, 1)
    expect(comparison.behind).toEqual([])
    expect(comparison.table()[2]).toBe('| fdatasync before, ms | 3.00 | 1.00 |')
  })
})
