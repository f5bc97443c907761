import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('out/ledger-verifier', import.meta.url))

/** Why a test is skipped that needs the verifier; undefined where it is built. */
export const NO_LEDGER_VERIFIER =
  findLedgerVerifier() === undefined ? 'bash tools/ledger-verifier/prepare.sh builds the verifier' : undefined

/** Path of the program that judges published logs; undefined where it was not built. How it is called: README.md beside this file. */
export function findLedgerVerifier(): string | undefined {
  return existsSync(PROGRAM) ? PROGRAM : undefined
}
