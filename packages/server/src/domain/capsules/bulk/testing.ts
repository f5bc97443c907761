import type { BulkRequest } from '@forge-cascade/contract'
import { Erasures } from '../keeping/index.ts'
import { createErasureFiles } from '../keeping/testing.ts'
import type { World } from '../use-cases/testing.ts'
import { type BulkPlan, getBulkPlan, planBulk } from './bulk-plans.ts'
import { BULK_ACTIONS, type BulkStep, runBulk } from './run-bulk.ts'

/** What a run came to: an outcome or a code for each capsule, and the numbers at the end where it came to one. */
export interface BulkRun {
  readonly lines: readonly string[]
  readonly receipts: readonly unknown[]
  readonly end: Extract<BulkStep, { readonly end: unknown }>['end'] | undefined
}

/** Bulk changes of a world, as its administrator asks for them. */
export function bulkOf(world: World) {
  const { context, call, administrator } = world
  const erasures = new Erasures({ context, files: createErasureFiles(), vaults: [], forget: () => undefined })
  const plan = (request: BulkRequest): Promise<BulkPlan> => planBulk(context, call('capsule.bulk'), request)
  const find = (token: string): Promise<BulkPlan> => getBulkPlan(context, token, administrator.id)
  const steps = (
    token: string,
    { signal = NEVER, within = context, by = erasures }: RunOptions = {},
  ): AsyncGenerator<BulkStep, void, undefined> =>
    (async function* () {
      const found = await find(token)
      yield* runBulk(within, by, call(BULK_ACTIONS[found.row.operation]), found, signal)
    })()
  const run = async (token: string, options?: RunOptions): Promise<BulkRun> => collect(steps(token, options))
  return { plan, find, steps, run, erasures }
}

interface RunOptions {
  readonly signal?: AbortSignal
  readonly within?: World['context']
  readonly by?: Pick<Erasures, 'eraseMany'>
}

const NEVER = new AbortController().signal

/** Reads a run to its end. */
export async function collect(steps: AsyncIterable<BulkStep>): Promise<BulkRun> {
  const lines: string[] = []
  const receipts: unknown[] = []
  let end: BulkRun['end']
  for await (const step of steps) {
    if ('end' in step) end = step.end
    else
      for (const one of step.ends) {
        lines.push('error' in one ? one.error.code : one.receipt.outcome)
        if ('receipt' in one) receipts.push(one.receipt)
      }
  }
  return { lines, receipts, end }
}
