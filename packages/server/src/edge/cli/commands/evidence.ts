import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type EvidenceVerdict, evidenceQuery } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, sha256Hex } from '#base'
import { BUNDLE, type BundleFiles, verifyBundle } from '#evidence'
import type { VerifierKey } from '#ledger'
import { openBundle, requireBundle } from '../bundle-file.ts'
import type { CommandContext } from '../command-context.ts'
import { checkInput } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { verdictLines } from '../render/evidence-lines.ts'
import { byteSize, number, plural } from '../render/words.ts'
import { quoteForShell } from '../shell-word.ts'
import { unwritable } from '../unwritable.ts'
import { printAnswer } from './answer.ts'
import { readEntryQuery, requirePossible } from './entry-query.ts'
import { KEY_OPTIONS, readKeys, readWitnesses, WITNESS_OPTION } from './verifier-keys.ts'
import { requireNew } from './write-new.ts'

export const EVIDENCE_EXPORT: CommandSpec = {
  name: 'evidence export',
  summary: 'Write what proves what happened into one file that anybody can verify',
  description:
    'A zip archive with the entries of the log that match, a proof of each, the signed checkpoint, the keys, the rules in force, a bill of materials and a report to read, signed by the log. Its README tells how to verify it without this program. Hand over the key by another way. Existing files are not written over. Ends with 3 when no entry matches, and with 2 when nothing has that name: no operation, no kind, no id of that kind; nothing is written then. With --decisions it holds what the decisions among these entries were made from, as far as that is kept, with the policies: capsules and people as the gate saw them. What is erased afterwards stays in the file.',
  options: [
    { flags: '--from <time>', description: 'Entries at or after this moment' },
    { flags: '--to <time>', description: 'Entries before this moment' },
    {
      flags: '--operation <name>',
      description: 'What happened, such as capsule.created; docs/reference/records.md lists all',
    },
    { flags: '--about <entity>', description: 'What it is about: capsule, or capsule/<id>' },
    { flags: '--by <id>', description: 'Who acted' },
    { flags: '--correlation <id>', description: 'One request' },
    { flags: '--decisions', description: 'With what decisions were made from, for `gate replay`' },
    { flags: '--out <file>', description: 'The new file (evidence.zip)' },
  ],
  examples: [
    { line: 'evidence export', does: 'writes everything into evidence.zip' },
    { line: 'evidence export --from 2026-01-01 --to 2026-04-01 --out q1.zip', does: 'writes a quarter' },
    { line: 'evidence export --decisions', does: 'lets an auditor decide again what was decided' },
  ],
  reads: true,
  run: async (context, input) => {
    const query = checkInput(evidenceQuery, {
      ...readEntryQuery(input, { from: 'from', to: 'to' }),
      ...(input.on('decisions') && { decisions: true }),
    })
    const out = input.text('out') ?? 'evidence.zip'
    requireNew(context, out)
    const path = resolve(context.io.cwd, out)
    const session = await context.openSession()
    const pieces = session.bytes('exportEvidence', { body: query })
    const { bytes, sha256 } = await write(context, path, pieces).catch(async (error: unknown) => {
      if (isCascadeError(error) && error.code === 'NOT_FOUND') await requirePossible(query)
      throw error
    })
    const [files, verdict] = await verifyWritten(path)
    const key = verdict.signed_by ?? ''
    const manifest = sha256Hex(files.get(BUNDLE.manifest) ?? '')
    const { entries = 0, origin = '', size = 0 } = verdict
    const answer = { path, bytes, sha256, manifest, entries, origin, size, key }
    const { view } = context.screen
    await printAnswer(context, answer, () => [
      `Wrote ${path}: ${plural(entries, 'entry')} of ${number(size)}, ${byteSize(bytes)}.`,
      view.paint.faint(`sha256 ${sha256}`),
      `The key, to be handed over by another way: ${key}`,
      `To verify it: ${view.command(`evidence verify ${quoteForShell(path)} --key ${quoteForShell(key)}`)}`,
      ...(query.decisions
        ? [`To decide it again: ${view.command(`gate replay ${quoteForShell(path)} --key ${quoteForShell(key)}`)}`]
        : []),
    ])
    return 'ok'
  },
}

export const EVIDENCE_VERIFY: CommandSpec = {
  name: 'evidence verify',
  summary: 'Verify such a file, with no server and no data folder',
  description:
    'Every digest, the signature over them, the checkpoint and the proof of each entry. Ends with 7 and names the first file that is not as it was written. Without a key it is held against the one that lies in it: that shows that it is whole, and not who made it. With --witness it has to be cosigned by that witness, and ends with 7 where it is not.',
  arguments: [{ flags: '<file>', description: 'The archive, or the folder that it was unpacked to' }],
  options: [...KEY_OPTIONS, WITNESS_OPTION],
  examples: [{ line: "evidence verify evidence.zip --key '<key>'", does: 'verifies what was handed over' }],
  run: async (context, input) => {
    const [keys, witnesses] = [readKeys(context, input), readWitnesses(input)]
    const { verdict } = await verifyGiven(context, input.argument(0) ?? '', { keys, witnesses })
    await printAnswer(context, verdict, () => verdictLines(verdict, context.screen.view))
    return verdict.valid ? 'ok' : 'damaged'
  },
}

interface GivenKeys {
  readonly keys: readonly VerifierKey[] | undefined
  readonly witnesses: readonly VerifierKey[]
}

/**
 * Verifies a bundle that was handed over, and gives its files.
 *
 * @throws CascadeError SOURCE_UNREADABLE for what cannot be read, or never was a bundle.
 */
export async function verifyGiven(
  context: CommandContext,
  given: string,
  { keys, witnesses }: GivenKeys,
): Promise<{ readonly verdict: EvidenceVerdict; readonly files: BundleFiles }> {
  const path = resolve(context.io.cwd, given)
  requireBundle(path)
  const opened = openBundle(path)
  if (opened.ok) {
    const { signal } = context.interrupts
    const { files } = opened
    return { files, verdict: await verifyBundle(files, keys, { witnesses, signal, onProgress: showProgress(context) }) }
  }
  const bad = opened.path === undefined ? {} : { bad: opened.path }
  const verdict = { valid: false, key: keys ? 'given' : 'bundle', reason: opened.reason, ...bad } as const
  return { files: new Map(), verdict }
}

/** Writes the pieces into a new file; what breaks off is taken away again. */
async function write({ screen }: CommandContext, path: string, pieces: AsyncIterable<Uint8Array>) {
  const file = await openNew(path)
  const hash = createHash('sha256')
  let bytes = 0
  screen.progress('Looking for the entries')
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece)
      hash.update(piece)
      bytes += piece.length
      screen.progress(`Writing: ${byteSize(bytes)}`)
    }
    await file.sync()
    await file.close()
    return { bytes, sha256: hash.digest('hex') }
  } catch (error) {
    await file.close()
    await rm(path)
    throw isCascadeError(error) ? error : unwritable(path, error)
  }
}

async function openNew(path: string) {
  try {
    // Evidence that lies there is not written over.
    return await open(path, 'wx', 0o600)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** @throws CascadeError DATA_CORRUPT where what was written is not what a verification accepts. */
async function verifyWritten(path: string): Promise<readonly [BundleFiles, EvidenceVerdict]> {
  const opened = openBundle(path)
  const verdict = opened.ok ? await verifyBundle(opened.files, undefined) : undefined
  if (opened.ok && verdict?.valid) return [opened.files, verdict]
  const reason = verdict?.reason ?? (opened.ok ? '' : opened.reason)
  throw new CascadeError('DATA_CORRUPT', `What was written to ${path} does not verify: ${reason}.`)
}

const showProgress =
  ({ screen }: CommandContext) =>
  (done: number, total: number): void =>
    screen.progress(`Verifying: ${number(done)} of ${plural(total, 'file')}`)
