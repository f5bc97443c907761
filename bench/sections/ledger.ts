import { mkdirSync, rmSync } from 'node:fs'
import type { BenchContext } from '../bench-context.ts'
import { compareAppends } from '../ledger/appends.ts'
import { measureProofs } from '../ledger/proofs.ts'
import { compareSignedCreates } from '../ledger/signed-creates.ts'
import { measureSteps } from '../ledger/single-steps.ts'
import { measureVerification } from '../ledger/verification.ts'

/** The log: what it costs to write, and how fast it proves and is verified. All it makes in the folder is removed. */
export async function measureLedger(context: BenchContext, folder: string): Promise<void> {
  context.report.begin('The log: appends, proofs, verification')
  for (const measure of [measureSteps, compareAppends, measureProofs, measureVerification, compareSignedCreates]) {
    mkdirSync(folder)
    await measure(context, folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
