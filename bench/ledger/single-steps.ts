import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { leafSchema } from '@forge-cascade/contract/records'
import { writeLeafText } from '../../packages/server/src/adapters/sqlite/leaf-text.ts'
import { toRfc3339 } from '../../packages/server/src/base/index.ts'
import {
  createCosigner,
  createEd25519Signer,
  FIRST_PREV,
  hasMlDsa44,
  leafText,
  signNote,
  toLeaf,
} from '../../packages/server/src/platform/ledger/index.ts'
import { formatCheckpoint } from '../../packages/server/src/platform/ledger/note/index.ts'
import type { BenchContext } from '../bench-context.ts'
import { median } from '../measure/quantiles.ts'
import { makeRecord } from './records.ts'

/** Calls of one round. */
const WRITES = 10_000
const SIGNATURES = 250
/** Rounds for each round of the others: they are short. */
const ROUNDS_EACH = 4
const NAME = 'bench.example/log'

/** In a process of its own, where zod is loaded already: milliseconds until the schema of every kind is there. */
const LOAD_SCHEMAS = `await import('zod')
const startedAt = performance.now()
const { RECORDS_V1, leafSchema } = await import('@forge-cascade/contract/records')
for (const type of Object.keys(RECORDS_V1)) leafSchema(type)
console.log(performance.now() - startedAt)`

/** What single steps of an entry and of a checkpoint take in one thread, with no store. */
export async function measureSteps({ report, options }: BenchContext): Promise<void> {
  const rounds = options.rounds * ROUNDS_EACH
  const [ed25519 = [], mlDsa] = timeInTurns(rounds, SIGNATURES, signing())
  report.value('signing a checkpoint with Ed25519', ed25519, 'µs')
  if (mlDsa) report.value('  the same with ML-DSA-44', mlDsa, 'µs')
  else report.note('  the same with ML-DSA-44', 'this Node.js has none')
  const [plain = [], general = [], written = [], compared = []] = timeInTurns(rounds, WRITES, writing())
  report.value('writing an entry as canonical JSON', written, 'µs')
  report.value('  beside JSON.stringify', ratio(written, plain), '×')
  report.value('  canonical JSON of any object, beside JSON.stringify', ratio(general, plain), '×')
  report.value('  comparing it with its schema', compared, 'µs')
  report.value('  comparing beside writing', ratio(compared, written), '×')
  report.value('loading the schemas of all kinds, from sources', loadings(options.rounds), 'ms')
}

type Step = () => unknown

function signing(): readonly Step[] {
  const signer = createEd25519Signer(NAME, generateKeyPairSync('ed25519').privateKey)
  const text = formatCheckpoint({ origin: NAME, size: 1_000_000, root: Buffer.alloc(32, 7), extensions: [] })
  const sign = () => signNote(text, [signer])
  if (!hasMlDsa44()) return [sign]
  const cosigner = createCosigner(NAME, generateKeyPairSync('ml-dsa-44').privateKey)
  return [sign, () => cosigner.cosign(text, 1_700_000_000)]
}

/** @throws Error unless the schema takes the entry. */
function writing(): readonly Step[] {
  const [record, time] = [makeRecord(), toRfc3339(Date.now())]
  const [leaf, schema] = [toLeaf(record, 1, FIRST_PREV, time), leafSchema(record.type)]
  const write = () => writeLeafText(record, 1, FIRST_PREV, time)
  return [() => JSON.stringify(leaf), () => leafText(leaf), write, () => schema.parse(leaf)]
}

/** Microseconds of a call, a number a round for each step. One round before the first is not counted. */
function timeInTurns(rounds: number, calls: number, steps: readonly Step[]): readonly (readonly number[])[] {
  const turns = Array.from({ length: rounds + 1 }, () => steps.map((step) => timeOf(step, calls))).slice(1)
  return steps.map((_, at) => turns.map((turn) => turn[at]!))
}

function timeOf(step: Step, calls: number): number {
  const startedAt = performance.now()
  for (let call = 0; call < calls; call++) step()
  return ((performance.now() - startedAt) * 1000) / calls
}

/** The median over rounds of one by the other. */
const ratio = (of: readonly number[], by: readonly number[]): number => median(of.map((time, at) => time / by[at]!))

/** The first reads files that nobody has read before, and is not counted. */
function loadings(rounds: number): readonly number[] {
  const argv = ['--input-type=module', '--eval', LOAD_SCHEMAS]
  const load = () => Number(execFileSync(process.execPath, argv, { cwd: import.meta.dirname }))
  return Array.from({ length: rounds + 1 }, load).slice(1)
}
