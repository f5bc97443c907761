import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { CascadeError, isErrno, unreadable } from '#base'
import {
  CHECKPOINT_PATH,
  formatVerifierKey,
  type StoredCheckpoint,
  type VerifierKey,
  verifyConsistency,
  verifyPublished,
} from '#ledger'
import type { CommandContext } from '../command-context.ts'
import { usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { askConsistency, openLogSource, readCheckpoint } from '../log-source.ts'
import { publishedLines } from '../render/ledger-lines.ts'
import { number, plural } from '../render/words.ts'
import type { Session } from '../session.ts'
import { quoteForShell } from '../shell-word.ts'
import { printAnswer } from './answer.ts'

export const LEDGER_PUBLISH: CommandSpec = {
  name: 'ledger publish',
  summary: 'Write the whole signed log into a folder, as files that any web server can serve',
  description:
    'The files of C2SP tlog-tiles: entries, tiles of hashes, and the checkpoint last. A folder with an older publication of this log is brought up to date; one with anything else in it is refused, and so is a publication that this log does not go on. The entries name ids of people and capsules, and no content.',
  arguments: [{ flags: '<folder>', description: 'A new or empty folder, or one that this log was published to' }],
  examples: [{ line: 'ledger publish log', does: 'writes the log as it is signed now, or what is new of it' }],
  reads: true,
  run: async (context, input) => {
    const { io, screen, settings } = context
    const path = resolve(io.cwd, input.argument(0) ?? '')
    const session = await context.openSession()
    const source = await openLogSource(session)
    const { origin, size } = source.checkpoint
    const before = await findPublished(context, path)
    if (before?.origin === origin) await requireExtends(session, before, source.checkpoint)
    await io.publishLog(source, path, (done, total) => {
      if (!settings.json) screen.progress(`Publishing: ${number(done)} of ${plural(total, 'entry')}`)
    })
    const added = size - (before?.size ?? 0)
    await printAnswer(context, { path, origin, size, added }, () => [
      `Published ${path}: ${plural(size, 'entry')}${before ? `, ${number(added)} of them new` : ''}.`,
      `To verify it: ${screen.view.command(`ledger verify --published ${quoteForShell(path)} --key '<key>'`)}`,
    ])
    return 'ok'
  },
}

/** What was published to the folder before; undefined where nothing was. What is no checkpoint is refused when it is written to. */
async function findPublished({ io }: CommandContext, path: string): Promise<StoredCheckpoint | undefined> {
  const note = await (await io.openPublished(path))(CHECKPOINT_PATH)
  return note && readCheckpoint(Buffer.from(note).toString('utf8'))
}

/** Nothing of what others may have read is replaced by another history. @throws CascadeError LEDGER_FORKED. */
async function requireExtends(session: Session, before: StoredCheckpoint, now: StoredCheckpoint): Promise<void> {
  const sizes = { from: before.size, to: now.size }
  const proof = before.size > now.size ? [] : (await askConsistency(session, sizes)).proof
  if (verifyConsistency({ ...sizes, fromRoot: before.root, toRoot: now.root, proof })) return
  throw new CascadeError(
    'LEDGER_FORKED',
    `the folder holds a publication of ${before.size} entries that this log of ${now.size} does not go on`,
  )
}

/** What a published log has at its top; one of both shows that it is meant to be one. */
const PARTS: ReadonlySet<string> = new Set([CHECKPOINT_PATH, 'tile'])

/** Tells a wrong path from damage. @throws CascadeError SOURCE_UNREADABLE for what is no published log, nor a part of one. */
function requirePublished(path: string): void {
  const not = (what: string, cause?: unknown) => new CascadeError('SOURCE_UNREADABLE', `${path} ${what}.`, { cause })
  try {
    if (readdirSync(path).some((name) => PARTS.has(name))) return
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) throw not('is no published log: it is a file, and such a log is a folder', error)
    throw unreadable(path, error)
  }
  throw not(`is no published log: there is no ${[...PARTS].join(' and no ')} in it`)
}

/** Verifies a published log by its files and the keys. */
export async function verifyFolder(
  context: CommandContext,
  folder: string,
  keys: readonly VerifierKey[] | undefined,
): Promise<ExitName> {
  if (keys === undefined)
    throw usage('A published log is verified with --key or --key-file, had by another way than the log.')
  const { io, interrupts, screen, settings } = context
  const path = resolve(io.cwd, folder)
  requirePublished(path)
  const read = await io.openPublished(path)
  const found = await verifyPublished(read, keys, {
    signal: interrupts.signal,
    onProgress: (done, total) => {
      if (!settings.json) screen.progress(`Verifying: ${number(done)} of ${plural(total, 'entry')}`)
    },
  })
  const { valid, origin, size, checkedTo, firstBad, file, reason, ownKey } = found
  const verdict = {
    ...{ valid, size, checked_to: checkedTo },
    ...(origin !== undefined && { origin }),
    ...(firstBad !== undefined && { first_bad: firstBad }),
    ...(file !== undefined && { file }),
    ...(reason !== undefined && { reason }),
    ...(ownKey !== undefined && { own_key: formatVerifierKey(ownKey) }),
  }
  await printAnswer(context, verdict, () => publishedLines(verdict, screen.view))
  return valid ? 'ok' : 'damaged'
}
