import { register } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { METRICS } from './metric-table.ts'
import { Metrics, metricsReference, SERIES_MAX } from './metrics.ts'
import { processGauges } from './process-gauges.ts'

const bodyOf = async (metrics: Metrics): Promise<string> => (await metrics.render()).body

describe('a source of gauges', () => {
  test('that fails or is refused is counted, and the others are still asked', async () => {
    const metrics = new Metrics()
    metrics.onCollect(() => {
      throw new Error('store is closed')
    })
    metrics.onCollect(async () => ({ cascade_store_capsules: 7 }))
    const body = await bodyOf(metrics)
    expect(body).toContain('cascade_metrics_collect_failures_total 1')
    expect(body).toContain('cascade_store_capsules 7')
  })

  test('is not asked any more once its handle is gone', async () => {
    const metrics = new Metrics()
    let asked = 0
    const handle = metrics.onCollect(() => ({ cascade_store_sequence: ++asked }))
    await metrics.render()
    handle[Symbol.dispose]()
    await metrics.render()
    expect(asked).toBe(1)
  })

  test('is limited in number', () => {
    const metrics = new Metrics()
    for (let index = 0; index < 50; index++) metrics.onCollect(() => ({}))
    expect(() => metrics.onCollect(() => ({}))).toThrow(RangeError)
  })

  test('tells memory and lag of the process', async () => {
    const metrics = new Metrics()
    metrics.onCollect(processGauges({ p99Seconds: () => 0.25, maxSeconds: () => 0.5 }))
    const body = await bodyOf(metrics)
    expect(body).toContain('cascade_event_loop_lag_seconds 0.25')
    expect(Number(/^process_resident_memory_bytes (\d+)$/m.exec(body)?.[1])).toBeGreaterThan(1e6)
  })
})

test('labels beyond the limit are counted as other, and known ones go on', async () => {
  const metrics = new Metrics()
  const observe = (route: string) =>
    metrics.observe('cascade_http_request_seconds', 0.01, { route, method: 'GET', status: '200' })
  for (let index = 0; index < SERIES_MAX + 20; index++) observe(`/r${index}`)
  observe('/r0')
  const body = await bodyOf(metrics)
  expect(body).toContain('cascade_http_request_seconds_count{route="other",method="other",status="other"} 20')
  expect(body).toContain('cascade_http_request_seconds_count{route="/r0",method="GET",status="200"} 2')
  expect(body.match(/^cascade_http_request_seconds_count/gm)).toHaveLength(SERIES_MAX + 1)
})

test('long label values are cut, and odd ones escaped', async () => {
  const metrics = new Metrics()
  metrics.observe('cascade_memory_search_seconds', 0.1, { mode: 'x"\n'.repeat(100) })
  const line = (await bodyOf(metrics))
    .split('\n')
    .find((each) => each.startsWith('cascade_memory_search_seconds_count'))
  expect(line).toMatch(/^cascade_memory_search_seconds_count\{mode="(x\\"\\n){33}x"\} 1$/)
})

test('instances do not share numbers, and the global registry stays empty', async () => {
  const [one, two] = [new Metrics(), new Metrics()]
  one.count('cascade_memory_docs_total', 3)
  expect(await bodyOf(one)).toContain('cascade_memory_docs_total 3')
  expect(await bodyOf(two)).toContain('cascade_memory_docs_total 0')
  expect(await register.metrics()).toBe('\n')
})

test('the boot outcome is one of its states', async () => {
  const metrics = new Metrics()
  metrics.setBoot('failed', 1)
  metrics.setBoot('degraded', 2)
  const body = await bodyOf(metrics)
  expect(body).toContain('cascade_boot_status{status="degraded"} 1')
  expect(body).toContain('cascade_boot_status{status="failed"} 0')
  expect(body).toContain('cascade_boot_seconds 2')
})

test('every row of the table is exposed with its help, and named by the conventions', async () => {
  const metrics = new Metrics()
  const { contentType, body } = await metrics.render()
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  for (const { name, type, help, buckets } of metricsReference()) {
    expect(body).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}`)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    if (type !== 'histogram') continue
    expect(name).toMatch(/_seconds$/)
    expect(buckets).toEqual([...(buckets ?? [])].sort((a, b) => a - b))
  }
  expect(metricsReference()).toHaveLength(Object.keys(METRICS).length)
})
