import { resolve } from 'node:path'
import {
  type AuditRow,
  type ChangesReport,
  EVIDENCE_LIMITS,
  type Explanation,
  type HistoryReport,
  type RecordType,
} from '@forge-cascade/contract'
import { CascadeError, isCascadeError, isErrno } from '#base'
import {
  formatVerifierKey,
  openNote,
  parseVerifierKey,
  type StoredCheckpoint,
  type VerifierKey,
  verifyConsistency,
} from '#ledger'
import { endedKeys } from '../../ended-keys.ts'
import { readKeyRows, readRows } from '../audit-rows.ts'
import { parseCapsuleId } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { askConsistency, openLogSource, readCheckpoint } from '../log-source.ts'
import type { OptionSpec } from '../option-spec.ts'
import { readGiven } from '../read-given.ts'
import { changesMarkdown, explanationMarkdown, historyMarkdown } from '../render/evidence-markdown.ts'
import { number } from '../render/words.ts'
import type { Session } from '../session.ts'
import { printAnswer } from './answer.ts'
import { explain, readAnswer } from './explain-answer.ts'
import { requireNew, writeNew } from './write-new.ts'

const OUT: OptionSpec = { flags: '--out <file>', description: 'Write the report there, as Markdown' }

export const EVIDENCE_CHANGES: CommandSpec = {
  name: 'evidence changes',
  summary: 'What the log gained between two checkpoints, with the proof that it only grew',
  description:
    'From an earlier checkpoint that somebody kept, as a file, or from a number of entries; up to the newest checkpoint or another number. From a number only the word of the instance says that what was before is as it was. Ends with 7 when the log does not go on the checkpoint that was kept, and with 2 when no key of the log signed that, or one alone that had ended by then. At most 10,000 entries.',
  arguments: [
    { flags: '<from>', description: 'File with a checkpoint that was kept, or a number of entries from 1' },
    { flags: '[to]', description: 'Number of entries; that of the newest checkpoint when left out' },
  ],
  options: [OUT],
  examples: [
    { line: 'evidence changes 100', does: 'shows what came after the first 100 entries' },
    { line: 'evidence changes kept.checkpoint --out changes.md', does: 'compares with what an auditor kept' },
  ],
  reads: true,
  run: async (context, input) => {
    const from = readFrom(context, input.argument(0) ?? '')
    const to = input.argument(1) === undefined ? undefined : sizeOf(input.argument(1) ?? '', 'to')
    requireNew(context, input.text('out'))
    const session = await context.openSession()
    const report = await readChanges(session, from, to)
    await printReport(context, input, report, changesMarkdown(report))
    return report.consistent ? 'ok' : 'damaged'
  },
}

export const EVIDENCE_HISTORY: CommandSpec = {
  name: 'evidence history',
  summary: 'Who did what with a capsule, and when, with the entries of the log',
  description:
    'Every entry about the capsule and about legal holds on it, oldest first, also of one that was erased. A hold on whom it is of, or on a scope, names no capsule in the log and is not among them. Who read it is not in the log. Ends with 3 when nothing is known of it.',
  arguments: [{ flags: '<capsule>', description: 'Id of the capsule' }],
  options: [OUT],
  examples: [{ line: 'evidence history <capsule> --out history.md', does: 'writes the report' }],
  reads: true,
  run: async (context, input) => {
    const id = parseCapsuleId(input.argument(0))
    requireNew(context, input.text('out'))
    const entries = await readHistory(await context.openSession(), id)
    const report: HistoryReport = { id, reads: 'not recorded', entries: [...entries] }
    await printReport(context, input, report, historyMarkdown(report))
    return entries.length === 0 ? 'notFound' : 'ok'
  },
}

/** Entries about the capsule, and those about holds that name it. */
async function readHistory(session: Session, id: string): Promise<readonly AuditRow[]> {
  const own = await readRows(session, { entity_type: 'capsule', entity_id: id }, 0)
  const isOfIt = ({ payload }: AuditRow): boolean => payload.capsule === id
  const placed = await readRows(session, { operation: 'hold.placed' satisfies RecordType }, 0, isOfIt)
  const lifted = await readRows(session, { operation: 'hold.lifted' satisfies RecordType }, 0, isOfIt)
  return [...own, ...placed, ...lifted].sort((one, other) => one.ledger_index - other.ledger_index)
}

export const EVIDENCE_EXPLAIN: CommandSpec = {
  name: 'evidence explain',
  summary: 'Where a saved answer came from, and whether that is what the log recorded',
  description:
    'Takes what ask --json printed: whether the answer is its quotes and nothing else; of each version that is cited whether quote, title and source stand in it and its digest is the one in the log, who wrote it, and what it derives from. Trust is what the answer says. Ends with 7 when something is not as it was.',
  arguments: [{ flags: '<file>', description: 'The saved answer' }],
  options: [{ flags: '--question <text>', description: 'What was asked; the answer does not hold it' }, OUT],
  examples: [{ line: "evidence explain answer.json --question 'How long?'", does: 'explains the answer' }],
  reads: true,
  run: async (context, input) => {
    const answer = readAnswer(resolve(context.io.cwd, input.argument(0) ?? ''))
    requireNew(context, input.text('out'))
    const report: Explanation = await explain(await context.openSession(), answer, input.text('question') ?? null)
    await printReport(context, input, report, explanationMarkdown(report))
    return report.sound ? 'ok' : 'damaged'
  },
}

async function printReport(context: CommandContext, input: CommandInput, report: unknown, text: string): Promise<void> {
  const written = writeNew(context, input.text('out'), text)
  await printAnswer(context, report, () => [written === undefined ? text.trimEnd() : `Wrote ${written}`])
}

/** A size, or a checkpoint that was kept. */
type From = { readonly size: number } | StoredCheckpoint

function readFrom({ io }: CommandContext, given: string): From {
  if (/^\d+$/.test(given)) return { size: sizeOf(given, 'from') }
  const path = resolve(io.cwd, given)
  try {
    // What prints a text by lines adds one more newline to it.
    const checkpoint = readCheckpoint(readGiven(path).replace(/\n\n$/, '\n'))
    if (checkpoint && checkpoint.size > 0) return checkpoint
  } catch (error) {
    if (isCascadeError(error) && isErrno(error.cause, 'ENOENT'))
      throw usage(`There is no file ${path}: <from> is a number of entries, or such a file.`)
    throw error
  }
  throw usage(`${path} holds no checkpoint of a log with entries.`)
}

function sizeOf(text: string, name: string): number {
  const size = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0
  if (size > 0) return size
  throw usage(`<${name}> is a number of entries from 1; got ${JSON.stringify(text)}.`)
}

async function readChanges(session: Session, from: From, asked: number | undefined): Promise<ChangesReport> {
  const { origin, size } = (await openLogSource(session)).checkpoint
  if ('origin' in from && from.origin !== origin)
    throw new CascadeError('CONFLICT', `The checkpoint is of ${from.origin}, and this log is ${origin}.`)
  if ('origin' in from) await requireSigned(session, from)
  // A log with fewer entries than a checkpoint of it cannot go on it, and has no proof.
  const shorter = 'origin' in from && from.size > size
  const to = shorter ? size : (asked ?? size)
  if (!shorter && from.size > to) throw tooFew(from.size, { asked, size })
  if (to - from.size > EVIDENCE_LIMITS.reportRowsMax)
    throw new CascadeError(
      'UNPROCESSABLE',
      `That is more than ${number(EVIDENCE_LIMITS.reportRowsMax)} entries; \`evidence export\` takes more.`,
    )
  const found = await askConsistency(session, { from: shorter ? to : from.size, to }).catch((error: unknown) => {
    throw to > size && isCascadeError(error) && error.code === 'NOT_FOUND' ? tooMany(to, size) : error
  })
  const { toRoot, proof, hashes } = found
  const fromRoot = 'root' in from ? from.root : found.fromRoot
  const consistent = !shorter && verifyConsistency({ from: from.size, to, fromRoot, toRoot, proof })
  const entries = shorter ? [] : await readRows(session, { cursor: String(to) }, from.size)
  const counts: Record<string, number> = {}
  for (const { operation } of entries) counts[operation] = (counts[operation] ?? 0) + 1
  return {
    ...{ origin, kept: 'root' in from },
    from: { size: from.size, root: hex(fromRoot) },
    to: { size: to, root: hex(toRoot) },
    proof: hashes,
    ...{ consistent, counts, entries: [...entries] },
  }
}

const tooMany = (to: number, size: number): CascadeError =>
  usage(`[to] is ${number(to)} entries, and the log has ${number(size)}: name a smaller [to], or leave it out.`)

const tooFew = (from: number, { asked, size }: { readonly asked: number | undefined; readonly size: number }) =>
  usage(
    asked === undefined
      ? `<from> is ${number(from)} entries, and the log has ${number(size)}: begin with fewer.`
      : `<from> is ${number(from)} entries, and [to] is ${number(asked)}: name a larger [to], or leave it out.`,
  )

/**
 * A checkpoint accuses the log that it does not go on, so it has to be one that this log signed, with a key that signed then:
 * a key that ended may have ended because others have it.
 *
 * @throws CascadeError VALIDATION_FAILED for any other.
 */
async function requireSigned(session: Session, { origin, size, note }: StoredCheckpoint): Promise<void> {
  const keys: VerifierKey[] = []
  for await (const line of session.lines('getLedgerKey')) {
    const key = parseVerifierKey(line)
    if (key) keys.push(key)
  }
  const signers = (openNote(note, keys)?.verified ?? []).filter(({ name }) => name === origin)
  if (signers.length === 0) throw usage('This checkpoint is not signed by this log, or was altered.')
  const ended = endedKeys(await readKeyRows(session))
  const counted = Math.max(...signers.map((key) => ended.get(formatVerifierKey(key)) ?? Number.POSITIVE_INFINITY))
  if (size > counted)
    throw usage(
      `This checkpoint of ${number(size)} entries is signed by a key that ended when the log had ${number(counted)}: what it signs of more proves nothing, others may have it. Take a checkpoint that the next key signed.`,
    )
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
