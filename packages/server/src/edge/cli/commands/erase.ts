import { type Erasure, eraseBody, erasureBody } from '@forge-cascade/contract'
import { isCascadeError } from '#base'
import { parseCapsuleId } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { erasureLines, erasureRowLines, planLines, type ToGo } from '../render/keeping-lines.ts'
import type { Session } from '../session.ts'
import { printAnswer } from './answer.ts'

/** Receipts listed at once. */
const LISTED = 100
/** Capsules that are named by their titles before they are erased. */
const TO_GO_SHOWN = 5

export const ERASE: CommandSpec = {
  name: 'erase',
  summary: 'Erase a capsule, or everything of a subject, for good',
  description:
    'Without --yes it says what would go and what would stay, and erases nothing. With --yes it takes all versions, chunks, vectors, index entries and copies, also from backups, and prints the receipt; nothing undoes it. What a legal hold covers is refused (exit code 5). --list and --show print receipts again.',
  arguments: [{ flags: '[id]', description: 'Whole id of a capsule' }],
  options: [
    { flags: '--subject <subject>', description: 'Everything of an owner (id or name) or an identity' },
    { flags: '--reason <basis>', description: 'On what ground, a short word that stays in the log: gdpr-17' },
    { flags: '--yes', description: 'Do it' },
    { flags: '--list', description: 'List the erasures there were' },
    { flags: '--show <erasure>', description: 'Print the receipt of an erasure again' },
  ],
  examples: [
    { line: 'erase 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --reason gdpr-17', does: 'says what would be erased' },
    { line: 'erase 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --reason gdpr-17 --yes', does: 'erases it' },
    { line: "erase --subject 'Grace Hopper' --reason gdpr-17 --yes", does: 'erases everything of a person' },
    { line: 'erase --list', does: 'lists the erasures there were' },
  ],
  reads: (input) => input.on('list') || input.text('show') !== undefined,
  run: (context, input) => {
    const [subject, show, id] = [input.text('subject'), input.text('show'), input.argument(0)]
    const chosen = [subject, show, id, input.on('list') || undefined].filter((one) => one !== undefined)
    if (chosen.length !== 1)
      throw usage('Name one capsule, or one --subject; or --list, or --show with the id of an erasure.')
    if (input.on('list')) return listErasures(context)
    return show === undefined ? erase(context, input, subject) : showErasure(context, show)
  },
}

async function erase(context: CommandContext, input: CommandInput, subject: string | undefined): Promise<ExitName> {
  const reason = input.text('reason')
  if (reason === undefined) throw usage('An erasure needs its ground: --reason gdpr-17, for example.')
  const isReal = input.on('yes')
  const wanted = { legal_basis: reason, dry_run: !isReal }
  const session = await context.openSession()
  const { answer, raw } =
    subject === undefined
      ? await session.call('eraseCapsule', {
          params: { id: parseCapsuleId(input.argument(0)) },
          body: checkInput(eraseBody, wanted),
        })
      : await session.call('createErasure', { body: checkInput(erasureBody, { subject, ...wanted }) })
  const { view } = context.screen
  const toGo = isReal || context.settings.json ? [] : await listToGo(session, answer)
  await printAnswer(context, raw, () => (isReal ? erasureLines(answer, view) : planLines(answer, toGo, view)))
  return answer.holds.length > 0 ? 'conflict' : 'ok'
}

/** The first that would go, in the order in which they go; chunks go with their document and are not named. */
async function listToGo(session: Session, { capsule_ids }: Erasure): Promise<readonly ToGo[]> {
  const toGo = await Promise.all(capsule_ids.slice(0, TO_GO_SHOWN).map((id) => findToGo(session, id)))
  return toGo.filter((one) => one !== undefined)
}

async function findToGo(session: Session, id: string): Promise<ToGo | undefined> {
  try {
    const { title, part_of } = await session.ask('getCapsule', { params: { id } })
    return part_of === null ? { id, title } : undefined
  } catch (error) {
    // One whose archive is away can be erased all the same.
    if (isCascadeError(error)) return { id, title: undefined }
    throw error
  }
}

async function showErasure(context: CommandContext, id: string): Promise<ExitName> {
  const { answer, raw } = await (await context.openSession()).call('getErasure', { params: { id } })
  await printAnswer(context, raw, () => erasureLines(answer, context.screen.view))
  return 'ok'
}

async function listErasures(context: CommandContext): Promise<ExitName> {
  const { answer, raw } = await (await context.openSession()).call('listErasures', { query: { limit: LISTED } })
  await printAnswer(context, raw, () =>
    answer.items.length === 0 ? ['Nothing was erased.'] : answer.items.flatMap((one) => erasureRowLines(one)),
  )
  return 'ok'
}
