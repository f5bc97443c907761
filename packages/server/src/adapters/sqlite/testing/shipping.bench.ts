/**
 * What shipping costs durable creates: `node shipping.bench.ts [rounds]`. Stores with and without shipping take turns, so
 * that what else the machine does falls on both; the medians are compared.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base'
import { TEST_COLLECTIONS } from '../../../platform/store/testing.ts'
import { openSqliteStore } from '../index.ts'
import { restorePoint } from '../restore-point.ts'
import { createCommands } from './crash-drafts.ts'

const ROUNDS = Number(process.argv[2] ?? 5)
const CLIENTS = 64
const CREATES_PER_CLIENT = 40
const MIB = 1024 * 1024

interface Measured {
  readonly perSecond: number
  readonly cpuMs: number
  readonly p99Ms: number
}

const root = mkdtempSync(join(tmpdir(), 'cascade-shipping-'))

async function measure(name: string, ships: boolean): Promise<Measured> {
  const [directory, target] = [join(root, name), join(root, `${name}-target`)]
  mkdirSync(target)
  const shipping = { target, everyMs: 1000, keepMs: 2 ** 40, bytes: 16 * MIB, waitingBytesMax: 1024 * MIB }
  const store = await openSqliteStore({ directory, collections: TEST_COLLECTIONS, ...(ships && { shipping }) })
  await store.ship()
  const clients = Array.from({ length: CLIENTS }, (_, client) => {
    const next = createCommands(store, client)
    return Array.from({ length: CREATES_PER_CLIENT }, next)
  })
  const times: number[] = []
  const [cpu, begun] = [process.cpuUsage(), performance.now()]
  await Promise.all(
    clients.map(async (commands) => {
      for (const command of commands) {
        const sent = performance.now()
        await store.append([command])
        times.push(performance.now() - sent)
      }
    }),
  )
  const spent = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  await store[Symbol.asyncDispose]()
  times.sort((a, b) => a - b)
  return {
    perSecond: (times.length / spent) * 1000,
    cpuMs: (user + system) / 1000 / times.length,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const print = (name: string, value: string): void => void process.stdout.write(`${name.padEnd(36)}${value}\n`)

const measured: Record<'with' | 'without', Measured[]> = { with: [], without: [] }
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of ['without', 'with'] as const) {
    measured[kind].push(await measure(`${kind}-${round}`, kind === 'with'))
  }
}
for (const [kind, runs] of Object.entries(measured)) {
  const of = (member: keyof Measured) => median(runs.map((run) => run[member]))
  const words = `${of('perSecond').toFixed(0)}/s   p99 ${of('p99Ms').toFixed(0)} ms   CPU ${of('cpuMs').toFixed(2)} ms each`
  print(`creates, ${CLIENTS} clients, ${kind} shipping`, words)
}
const target = join(root, 'with-0-target')
const segments = readdirSync(target).filter((file) => file.endsWith('.segment'))
const bytes = segments.reduce((sum, file) => sum + statSync(join(target, file)).size, 0)
print(
  'shipped',
  `${(bytes / 1024 / CLIENTS / CREATES_PER_CLIENT).toFixed(1)} KiB a create, ${segments.length} segments`,
)
const begun = performance.now()
const point = { kind: 'newest' } as const
const keys = join(root, 'with-0', 'keys')
const { sequence } = restorePoint(join(root, 'restored'), { from: target, keys, clock: systemClock, point })
print(`restored to ${sequence}`, `${(performance.now() - begun).toFixed(0)} ms`)
rmSync(root, { recursive: true })
