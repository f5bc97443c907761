import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  auditQuery,
  inclusionQuery,
  type LedgerIntegrity,
  RECORD_TYPES,
  verifyLine,
  verifyQuery,
} from '@forge-cascade/contract'
import { CascadeError, messageOf } from '#base'
import { didYouMean } from '#config'
import type { CommandContext } from '../command-context.ts'
import { checkInput, numberOf, readTime, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { auditLines, integrityLines, logLines } from '../render/ledger-lines.ts'
import { number, plural } from '../render/words.ts'
import { unwritable } from '../unwritable.ts'
import { printAnswer } from './answer.ts'

export const LEDGER_SHOW: CommandSpec = {
  name: 'ledger show',
  summary: 'The log of everything that happened: its name, its key, what was signed',
  description:
    'The log is signed within a second of a change. Give the key to whoever is to verify it, by another way than the log: with it and a proof they need nothing of this instance.',
  examples: [{ line: 'ledger show', does: 'shows the key that somebody else verifies with' }],
  run: async (context) => {
    const session = await context.openSession()
    const verdict = await session.ask('getIntegrity')
    const [note, keys] = [await readText(session.lines('getCheckpoint')), await readText(session.lines('getLedgerKey'))]
    const [origin = '', size = '0', root = ''] = note
    const json = { origin, size: Number(size), root, keys, checkpoint: `${note.join('\n')}\n`, integrity: verdict }
    await printAnswer(context, json, () => logLines(json, context.screen.view))
    return 'ok'
  },
}

export const LEDGER_VERIFY: CommandSpec = {
  name: 'ledger verify',
  summary: 'Verify the log: every entry, the chain, the tree and what was signed',
  description:
    'Names the first entry that is not as it was written. Ends with 7 when the log is damaged. A server that runs does it while it answers others.',
  options: [{ flags: '--newest <n>', description: 'Only so many of the newest entries, and the newest checkpoint' }],
  examples: [
    { line: 'ledger verify', does: 'verifies everything' },
    { line: 'ledger verify --newest 1000', does: 'verifies the end of the log, in a moment' },
  ],
  run: async (context, input) => {
    const query = checkInput(verifyQuery, { newest: numberOf(input.text('newest')) })
    const verdict = await lastLine(context, (await context.openSession()).lines('verifyLedger', { query }))
    await printAnswer(context, verdict, () => integrityLines(verdict, context.screen.view))
    return verdict.valid ? 'ok' : 'damaged'
  },
}

export const LEDGER_PROVE: CommandSpec = {
  name: 'ledger prove',
  summary: 'Prove that an entry is in the log',
  description:
    'Prints the proof with the signed checkpoint (C2SP tlog-proof): whoever has it, the entry and the key needs nothing of this instance to verify it.',
  arguments: [{ flags: '<index>', description: 'Number of the entry, from 0, as ledger audit shows it' }],
  options: [
    { flags: '--out <file>', description: 'Write the proof there' },
    { flags: '--entry <file>', description: 'Write the entry there, byte for byte as it was hashed' },
  ],
  examples: [
    { line: 'ledger prove 0', does: 'prints the proof of the first entry' },
    { line: 'ledger prove 0 --out 0.tlog-proof --entry 0.json', does: 'writes what somebody else needs' },
  ],
  run: async (context, input) => {
    const { index } = checkInput(inclusionQuery, { index: numberOf(input.argument(0)) })
    const session = await context.openSession()
    const { answer, raw } = await session.call('proveInclusion', { query: { index } })
    const { canonical } = await session.ask('getLedgerEntry', { params: { index: String(index) } })
    const written = [
      write(context, input.text('out'), answer.tlog_proof ?? ''),
      write(context, input.text('entry'), canonical),
    ].filter((path) => path !== undefined)
    await printAnswer(context, raw, () =>
      written.length > 0 ? written.map((path) => `Wrote ${path}`) : [(answer.tlog_proof ?? '').trimEnd()],
    )
    return 'ok'
  },
}

export const LEDGER_AUDIT: CommandSpec = {
  name: 'ledger audit',
  summary: 'What happened, newest first',
  description:
    'The entries of the log as rows. With --correlation all that one request came to. Ends with 3 when nothing of that kind has happened, and with 2 when no operation has that name.',
  options: [
    {
      flags: '--operation <name>',
      description: 'What happened, such as capsule.created; docs/concepts/record.md lists all',
    },
    { flags: '--about <entity>', description: 'What it is about: capsule, or capsule/<id>' },
    { flags: '--by <id>', description: 'Who acted' },
    { flags: '--correlation <id>', description: 'One request' },
    { flags: '--since <time>', description: 'At or after this moment' },
    { flags: '--until <time>', description: 'Before this moment' },
    { flags: '--limit <n>', description: 'Rows, 1-100 (20)' },
    { flags: '--cursor <cursor>', description: 'Goes on where the page before ended' },
  ],
  examples: [
    { line: 'ledger audit', does: 'shows what happened last' },
    { line: 'ledger audit --operation capsule.trust_changed --since 2026-03-01', does: 'shows changes of trust' },
  ],
  run: async (context, input) => {
    const [entity_type, entity_id] = splitEntity(input.text('about'))
    const query = checkInput(auditQuery, {
      operation: input.text('operation'),
      ...{ entity_type, entity_id },
      user_id: input.text('by'),
      correlation_id: input.text('correlation'),
      since: readTime(input, 'since'),
      until: readTime(input, 'until'),
      limit: numberOf(input.text('limit')),
      cursor: input.text('cursor'),
    })
    const { answer, raw } = await (await context.openSession()).call('getAuditLog', { query })
    const isEmpty = answer.items.length === 0 && answer.next_cursor === null
    // The instance may be newer than this command and know more kinds: what it finds is never refused.
    if (isEmpty && query.operation !== undefined) requireOperation(query.operation)
    await printAnswer(context, raw, () => auditLines(answer.items, answer.next_cursor, context.screen.view))
    return isEmpty ? 'notFound' : 'ok'
  },
}

/** @throws CascadeError VALIDATION_FAILED for what no kind of record is called: it did not fail to happen. */
function requireOperation(name: string): void {
  const types: readonly string[] = RECORD_TYPES
  if (types.includes(name)) return
  const near = didYouMean(name, types)
  const hint = near === undefined ? `One that there is: ${types[0]}.` : `Did you mean ${near}?`
  throw usage(`--operation: there is no operation ${JSON.stringify(name)}. ${hint}`)
}

function splitEntity(about: string | undefined): readonly [type: string | undefined, id: string | undefined] {
  const slash = about?.indexOf('/') ?? -1
  return about === undefined || slash === -1 ? [about, undefined] : [about.slice(0, slash), about.slice(slash + 1)]
}

async function readText(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

/** Shows how far the verification is. @throws CascadeError NO_SERVER when it breaks off. */
async function lastLine({ screen, settings }: CommandContext, lines: AsyncIterable<string>): Promise<LedgerIntegrity> {
  for await (const text of lines) {
    const line = parseLine(text)
    if (!('checked' in line)) return line
    if (!settings.json) screen.progress(`Verifying: ${number(line.checked)} of ${plural(line.of, 'entry')}`)
  }
  throw new CascadeError('NO_SERVER', 'The verification broke off.')
}

function parseLine(text: string) {
  try {
    return verifyLine.parse(JSON.parse(text))
  } catch (error) {
    throw new CascadeError('NO_SERVER', `The verification has a line that is not read here: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** @throws CascadeError where the file cannot be written. */
function write({ io }: CommandContext, given: string | undefined, content: string): string | undefined {
  if (given === undefined) return undefined
  const path = resolve(io.cwd, given)
  try {
    // Evidence that lies there is not written over.
    writeFileSync(path, content, { flag: 'wx' })
  } catch (error) {
    throw unwritable(path, error)
  }
  return path
}
