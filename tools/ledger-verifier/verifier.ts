import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('out/ledger-verifier', import.meta.url))

/** Why a test is skipped that needs the verifier; undefined where it is built. */
export const NO_LEDGER_VERIFIER =
  findLedgerVerifier() === undefined ? 'bash tools/ledger-verifier/prepare.sh builds the verifier' : undefined

/** Path of the program that judges published logs; undefined where it was not built. How it is called: README.md beside this file. */
export function findLedgerVerifier(): string | undefined {
  return existsSync(PROGRAM) ? PROGRAM : undefined
}

/** Where Go's own installer puts it, which is not in every PATH. */
const GO_PLACES = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/go/bin']

/** The program that compiles Go; undefined where there is none. */
export const GO: string | undefined = GO_PLACES.map((folder) => join(folder, 'go')).find(existsSync)

/** Why a test is skipped that compiles against what the verifier is built with; undefined where it can be. */
export const NO_GO = GO === undefined ? 'Go is not on this machine' : NO_LEDGER_VERIFIER
