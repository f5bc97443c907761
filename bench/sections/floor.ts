import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchContext } from '../bench-context.ts'
import { LoadClient } from '../http/load-client.ts'
import { questionRequest } from '../http/prepare.ts'
import { quantile, quantilesOf } from '../measure/quantiles.ts'
import { MACHINE } from '../report.ts'

const APPENDS = 400
const APPEND_BYTES = 512
const SPINS = 300
const SPIN_STEPS = 200_000
const EMPTY_SERVER = fileURLToPath(new URL('../http/empty-server.ts', import.meta.url))

/** What this machine can do at best, today: everything below stands on these. */
export async function measureFloor({ report, folder, corpus }: BenchContext): Promise<void> {
  report.begin(MACHINE)
  report.value('processor cores', cpus().length, `× ${cpus()[0]?.model ?? 'unknown'}`)
  report.value(
    'memory',
    totalmem() / 1e9,
    `GB, Node ${process.versions.node}, SQLite ${process.versions.sqlite ?? '?'}`,
  )
  report.value('steadiness: a fixed loop, p95 over fastest', steadiness(), '(1 is calm)')
  const appends = appendDurably(join(folder, 'floor'))
  report.rate('append 512 bytes and fdatasync', 1000 / quantilesOf(appends).p50, 'appends', quantilesOf(appends))
  await measureEmptyServer(report, corpus)
}

function steadiness(): number {
  const times = Array.from({ length: SPINS }, spin).toSorted((a, b) => a - b)
  return quantile(times, 0.95) / quantile(times, 0)
}

function spin(): number {
  const startedAt = performance.now()
  let value = 1
  for (let step = 0; step < SPIN_STEPS; step++) value = (Math.imul(value, 1664525) + 1013904223) >>> 0
  // The comparison keeps the loop from being left out; it never holds, for the value is whole.
  return value === 0.5 ? 0 : performance.now() - startedAt
}

/** Milliseconds of appending a little and syncing it, each. */
export function appendDurably(file: string): readonly number[] {
  const descriptor = openSync(file, 'w')
  const bytes = Buffer.alloc(APPEND_BYTES, 1)
  const times = Array.from({ length: APPENDS }, () => {
    const startedAt = performance.now()
    writeSync(descriptor, bytes)
    fdatasyncSync(descriptor)
    return performance.now() - startedAt
  })
  closeSync(descriptor)
  return times
}

async function measureEmptyServer(
  report: BenchContext['report'],
  { questions }: BenchContext['corpus'],
): Promise<void> {
  const server = spawn(process.execPath, [EMPTY_SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await using client = new LoadClient()
    const job = {
      url: `http://127.0.0.1:${await portOf(server)}`,
      token: 'none',
      requests: questions.slice(0, 50).map((question) => questionRequest(question, 'vector', 'none')),
      keepBodies: 0,
    }
    await client.run({ ...job, clients: 1, total: 500 })
    const one = await client.run({ ...job, clients: 1, total: 2000 })
    report.times('empty node:http server, the same question, 1 client', quantilesOf([...one.times]))
    const many = await client.run({ ...job, clients: 16, total: 8000 })
    report.rate(
      'empty node:http server, 16 clients',
      many.times.length / many.seconds,
      'answers',
      quantilesOf([...many.times]),
    )
  } finally {
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
}

async function portOf(server: ChildProcess): Promise<number> {
  if (!server.stdout) throw new Error('the empty server has no output')
  const [line] = await once(server.stdout, 'data')
  return Number(String(line).trim())
}
