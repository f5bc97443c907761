import { resolve } from 'node:path'
import { EVIDENCE_LIMITS } from '@forge-cascade/contract'
import { formatVerifierKey, isCosignerKey, isMistypedKey, parseVerifierKey, type VerifierKey } from '#ledger'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { OptionSpec } from '../option-spec.ts'
import { readGiven } from '../read-given.ts'

/** How a command is told the keys that it verifies with. */
export const KEY_OPTIONS: readonly OptionSpec[] = [
  { flags: '--key <key>', description: 'Verifier key of the log, had by another way', many: true },
  { flags: '--key-file <file>', description: 'File with such keys, one a line' },
]

export const WITNESS_OPTION: OptionSpec = {
  flags: '--witness <key>',
  description: 'Verifier key of a witness that has to have cosigned; may be repeated',
  many: true,
}

/** Keys of witnesses that were named. @throws CascadeError VALIDATION_FAILED for what is no key of one. */
export function readWitnesses(input: CommandInput): readonly VerifierKey[] {
  const keys = parseKeys(input.list('witness') ?? [])
  const other = keys.find((key) => !isCosignerKey(key))
  if (other === undefined) return keys
  throw usage(
    `--witness takes the key of a witness, as its \`ledger witness\` prints it; ${formatVerifierKey(other)} is the key of a log. The key of the log goes with --key.`,
  )
}

/**
 * The keys that were named; undefined where none was.
 *
 * @throws CascadeError VALIDATION_FAILED for what is no key, SOURCE_UNREADABLE for a file that cannot be read.
 */
export function readKeys({ io }: CommandContext, input: CommandInput): readonly VerifierKey[] | undefined {
  const file = input.text('key-file')
  const texts = [...(input.list('key') ?? []), ...(file === undefined ? [] : readLines(resolve(io.cwd, file)))]
  if (texts.length === 0) {
    if (file === undefined) return undefined
    throw usage(`${file} holds no key.`)
  }
  return parseKeys(texts)
}

function parseKeys(texts: readonly string[]): readonly VerifierKey[] {
  if (texts.length > EVIDENCE_LIMITS.keysMax)
    throw usage(`At most ${EVIDENCE_LIMITS.keysMax} keys; got ${texts.length}.`)
  return texts.map((text) => {
    const key = parseVerifierKey(text)
    if (key) return key
    if (isMistypedKey(text))
      throw usage(
        `The last part of this key does not fit its eight digits: a character is wrong. Copy it anew; got ${JSON.stringify(text)}.`,
      )
    throw usage(
      `A key is <name>+<8 hex digits>+<base64>, as ledger show and ledger witness print it; got ${JSON.stringify(text)}.`,
    )
  })
}

const readLines = (path: string): readonly string[] =>
  readGiven(path)
    .split('\n')
    .filter((line) => line !== '')
