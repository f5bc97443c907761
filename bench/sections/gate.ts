import type { BenchContext } from '../bench-context.ts'
import { measureAccess } from '../gate/access-answers.ts'
import { measureGateShare } from '../gate/gate-share.ts'
import { compareOpa } from '../gate/opa.ts'
import { measureDecisions } from '../gate/pure-decisions.ts'
import { compareCasbin } from '../policy/casbin.ts'
import type { Loaded } from './process.ts'

/** The gate: what it answers to others, and what it adds to what an instance does itself. @param folder of a loaded store. */
export async function measureGate(context: BenchContext, folder: string, { numbers }: Loaded): Promise<void> {
  const { report, options } = context
  report.begin('The gate: answers to others over HTTP')
  const p50 = await measureAccess(context, folder)
  if (options.sections.has('peers')) await compareOpa(context, p50)
  report.begin('The gate: what it adds, over HTTP on one store')
  await measureGateShare(context, folder, [...numbers.keys()])
  report.begin('The gate: one decision, in memory')
  const decisions = await measureDecisions(context)
  if (options.sections.has('peers')) await compareCasbin(context, decisions)
}
