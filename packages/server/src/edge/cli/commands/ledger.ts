import {
  auditQuery,
  inclusionQuery,
  type LedgerIntegrity,
  rotateBody,
  verifyLine,
  verifyQuery,
} from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { keyStates } from '../../ended-keys.ts'
import { readKeyRows } from '../audit-rows.ts'
import type { CommandContext } from '../command-context.ts'
import { checkInput, numberOf, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { confirm } from '../confirm.ts'
import type { ExitName } from '../exit-code.ts'
import { auditLines, integrityLines, keyLines, logLines, witnessLines } from '../render/ledger-lines.ts'
import { number, plural } from '../render/words.ts'
import { parseSentLine } from '../sent-line.ts'
import { printAnswer } from './answer.ts'
import { readEntryQuery, requirePossible } from './entry-query.ts'
import { verifyFolder } from './ledger-publish.ts'
import { KEY_OPTIONS, readKeys } from './verifier-keys.ts'
import { requireNew, writeNew } from './write-new.ts'

export const LEDGER_SHOW: CommandSpec = {
  name: 'ledger show',
  summary: 'The log of everything that happened: its name, its key, what was signed',
  description:
    'The log is signed within a second of a change. Give the key to whoever is to verify it, by another way than the log: with it and a proof they need nothing of this instance. Ends with 7 when the last look found the log damaged, or it is signed no more.',
  examples: [{ line: 'ledger show', does: 'shows the key that somebody else verifies with' }],
  reads: true,
  run: async (context) => {
    const session = await context.openSession()
    const verdict = await session.ask('getIntegrity')
    const [note, keys] = [await readText(session.lines('getCheckpoint')), await readText(session.lines('getLedgerKey'))]
    const [origin = '', size = '0', root = ''] = note
    const hex = Buffer.from(root, 'base64').toString('hex')
    // Of a log that is damaged, what its entries tell of its keys is not told on.
    const states = verdict.valid && keys.length > 1 ? keyStates(keys, await readKeyRows(session)) : undefined
    const json = {
      ...{ origin, size: Number(size), root: hex, keys },
      ...(states && { key_states: states }),
      ...{ checkpoint: `${note.join('\n')}\n`, integrity: verdict },
    }
    await printAnswer(context, json, () => logLines(json, context.screen.view))
    return exitOf(verdict)
  },
}

export const LEDGER_VERIFY: CommandSpec = {
  name: 'ledger verify',
  summary: 'Verify the log: every entry, the chain, the tree, what was signed, and what is stored',
  description:
    'Names the first entry that is not as it was written, or tells of a version of a capsule that is not: each version that is stored is held against the digest that was recorded of it. Ends with 7 when the log is damaged, or is signed no more. A server that runs does it while it answers others.',
  options: [
    { flags: '--newest <n>', description: 'Only so many of the newest entries, and the newest checkpoint' },
    { flags: '--published <folder>', description: 'A published log, by its files and the key alone' },
    ...KEY_OPTIONS,
  ],
  examples: [
    { line: 'ledger verify', does: 'verifies everything' },
    { line: 'ledger verify --newest 1000', does: 'verifies the end of the log, in a moment' },
    { line: "ledger verify --published log --key '<key>'", does: 'verifies files, with no server and no data folder' },
  ],
  reads: true,
  run: async (context, input) => {
    const query = checkInput(verifyQuery, { newest: numberOf(input.text('newest')) })
    const keys = readKeys(context, input)
    const folder = input.text('published')
    if (folder !== undefined && query.newest === undefined) return verifyFolder(context, folder, keys)
    if (folder !== undefined) throw usage('Of a published log all is verified; leave --newest out.')
    if (keys !== undefined) throw usage('Keys are for a published log: name it with --published.')
    const verdict = await lastLine(context, (await context.openSession()).lines('verifyLedger', { query }))
    await printAnswer(context, verdict, () => integrityLines(verdict, context.screen.view))
    return exitOf(verdict)
  },
}

export const LEDGER_PROVE: CommandSpec = {
  name: 'ledger prove',
  summary: 'Prove that an entry is in the log',
  description:
    'Prints the proof with the signed checkpoint (C2SP tlog-proof): whoever has it, the entry and the key needs nothing of this instance to verify it, and any tool for that format will do; docs/guides/prove-what-happened.md tells how.',
  arguments: [{ flags: '<index>', description: 'Number of the entry, from 0, as ledger audit shows it' }],
  options: [
    { flags: '--out <file>', description: 'Write the proof there' },
    { flags: '--entry <file>', description: 'Write the entry there, byte for byte as it was hashed' },
  ],
  examples: [
    { line: 'ledger prove 0', does: 'prints the proof of the first entry' },
    { line: 'ledger prove 0 --out 0.tlog-proof --entry 0.json', does: 'writes what somebody else needs' },
  ],
  reads: true,
  run: async (context, input) => {
    const { index } = checkInput(inclusionQuery, { index: numberOf(input.argument(0)) })
    for (const name of ['out', 'entry']) requireNew(context, input.text(name))
    const session = await context.openSession()
    const { answer, raw } = await session.call('proveInclusion', { query: { index } })
    const { canonical } = await session.ask('getLedgerEntry', { params: { index: String(index) } })
    const written = [
      writeNew(context, input.text('out'), answer.tlog_proof ?? ''),
      writeNew(context, input.text('entry'), canonical),
    ].filter((path) => path !== undefined)
    await printAnswer(context, raw, () =>
      written.length > 0
        ? [...written.map((path) => `Wrote ${path}`), ...verifyLines(context)]
        : [(answer.tlog_proof ?? '').trimEnd()],
    )
    return 'ok'
  },
}

const verifyLines = ({ screen: { view } }: CommandContext): readonly string[] => [
  `To verify it takes the proof, the entry (--entry) and the key, handed over by another way: ${view.command('ledger show')}`,
  'Any tool for C2SP tlog-proof does it: docs/guides/prove-what-happened.md, "Verify it elsewhere".',
]

export const LEDGER_WITNESS: CommandSpec = {
  name: 'ledger witness',
  summary: 'Who cosigns this log, and for whose logs this instance cosigns',
  description:
    'A witness states that a log only grew since it last looked, so that nobody, its own instance among them, can put another history in its place unnoticed. Shows how far each is, and the keys to hand over. Ends with 7 when nothing is signed any more because a witness holds something else.',
  examples: [{ line: 'ledger witness', does: 'shows who witnesses whom, and how far' }],
  reads: true,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call('getLedgerWitness')
    await printAnswer(context, raw, () => witnessLines(answer, context.screen.view))
    return answer.fork === null ? 'ok' : 'damaged'
  },
}

export const LEDGER_ROTATE_KEY: CommandSpec = {
  name: 'ledger rotate-key',
  summary: 'Give the log a new key to be signed with',
  description:
    'For some days the old key signs as well (`ledger.key_overlap_days`), so that whoever verifies with it can learn of the new one: hand that out meanwhile, to witnesses too. Then the old private key is deleted; what it signed stays provable. With --now it signs no more at once: for a key that others may have. Asks before it begins; --yes answers.',
  options: [
    { flags: '--overlap-days <n>', description: 'Days for which both keys sign, 0-365' },
    { flags: '--now', description: 'The old key signs no more, nor does one before it' },
    { flags: '--yes', description: 'Do not ask' },
  ],
  examples: [
    { line: 'ledger rotate-key', does: 'changes the key after asking' },
    { line: 'ledger rotate-key --now --yes', does: 'ends the use of a key that leaked' },
  ],
  reads: true,
  run: async (context, input) => {
    const days = input.on('now') ? 0 : numberOf(input.text('overlap-days'))
    if (input.on('now') && input.text('overlap-days') !== undefined)
      throw usage('With --now there are no days for which both keys sign.')
    const body = checkInput(rotateBody, { overlap_days: days })
    if (!input.on('yes') && !(await confirm(context, 'Give the log a new signing key?', 'changes it'))) {
      context.screen.note('The key was not changed.')
      return 'failed'
    }
    const session = await context.openSession()
    const { answer, raw } = await session.call('rotateLedgerKey', { body })
    const states = context.settings.json ? [] : keyStates(answer.keys, await readKeyRows(session))
    await printAnswer(context, raw, () => keyLines(answer, states, context.screen.view))
    return 'ok'
  },
}

export const LEDGER_AUDIT: CommandSpec = {
  name: 'ledger audit',
  summary: 'What happened, newest first',
  description:
    'The entries of the log as rows. With --correlation all that one request came to. Ends with 3 when nothing of that kind has happened, and with 2 when nothing has that name: no operation, no kind, no id of that kind.',
  options: [
    {
      flags: '--operation <name>',
      description: 'What happened, such as capsule.created; docs/reference/records.md lists all',
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
  reads: true,
  run: async (context, input) => {
    const query = checkInput(auditQuery, {
      ...readEntryQuery(input, { from: 'since', to: 'until' }),
      limit: numberOf(input.text('limit')),
      cursor: input.text('cursor'),
    })
    const { answer, raw } = await (await context.openSession()).call('getAuditLog', { query })
    const isEmpty = answer.items.length === 0 && answer.next_cursor === null
    if (isEmpty) await requirePossible(query)
    await printAnswer(context, raw, () => auditLines(answer.items, answer.next_cursor, context.screen.view))
    return isEmpty ? 'notFound' : 'ok'
  },
}

const exitOf = ({ valid, stopped }: LedgerIntegrity): ExitName => (valid && stopped === undefined ? 'ok' : 'damaged')

async function readText(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

/** Shows how far the verification is. @throws CascadeError NO_SERVER when it breaks off. */
async function lastLine({ screen, settings }: CommandContext, lines: AsyncIterable<string>): Promise<LedgerIntegrity> {
  for await (const text of lines) {
    const line = parseSentLine('The verification', verifyLine, text)
    if (!('checked' in line)) return line
    if (!settings.json) screen.progress(`Verifying: ${number(line.checked)} of ${plural(line.of, 'entry')}`)
  }
  throw new CascadeError('NO_SERVER', 'The verification broke off.')
}
