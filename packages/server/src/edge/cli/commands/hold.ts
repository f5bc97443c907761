import { CAPSULE_TYPES, holdBody, type LegalHold, liftBody } from '@forge-cascade/contract'
import { parseCapsuleId } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { holdLines } from '../render/keeping-lines.ts'
import { printAnswer } from './answer.ts'

const SCOPE = ['identity', 'lane', 'fold', 'type', 'tag'] as const
/** Holds listed at once. */
const LISTED = 100

export const HOLD_PLACE: CommandSpec = {
  name: 'hold place',
  summary: 'Place a legal hold',
  description:
    'What it covers is neither erased nor archived for its age until the hold is lifted: a capsule, what a subject owns or is the identity of, or a scope.',
  arguments: [{ flags: '[id]', description: 'Whole id of a capsule' }],
  options: [
    { flags: '--subject <subject>', description: 'Everything of an owner (id or name) or an identity' },
    { flags: '--identity <identity>', description: 'What has this identity' },
    { flags: '--lane <lane>', description: 'What is in this lane' },
    { flags: '--fold <fold>', description: 'What is in this fold' },
    { flags: '--type <type>', description: 'What is of this type', choices: CAPSULE_TYPES },
    { flags: '--tag <tag>', description: 'What bears this tag' },
    { flags: '--reason <reason>', description: 'Why; shown to whoever is refused' },
  ],
  examples: [
    {
      line: "hold place 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --reason 'Case 4711'",
      does: 'keeps one capsule from being erased',
    },
    {
      line: "hold place --lane contracts --tag acme --reason 'Case 4711'",
      does: 'keeps what is in a lane and bears a tag',
    },
  ],
  run: async (context, input) => {
    const reason = reasonOf(input, 'A hold needs its reason: --reason, which is shown to whoever is refused.')
    const body = checkInput(holdBody, { target: targetOf(input), reason })
    return printHold(context, await (await context.openSession()).call('placeHold', { body }))
  },
}

export const HOLD_LIFT: CommandSpec = {
  name: 'hold lift',
  summary: 'Lift a legal hold',
  description: 'What it covered can be erased and archived again. Lifting it again changes nothing.',
  arguments: [{ flags: '<hold>', description: 'Id of the hold, as hold list shows it' }],
  options: [{ flags: '--reason <reason>', description: 'Why it is lifted' }],
  examples: [{ line: "hold lift 01939b3e-7a10-7b01-9d44-0a4f5b6c7d8e --reason 'Case closed'", does: 'lifts a hold' }],
  run: async (context, input) => {
    const body = checkInput(liftBody, { reason: reasonOf(input, 'Lifting a hold needs its reason: --reason.') })
    const params = { id: parseCapsuleId(input.argument(0)) }
    return printHold(context, await (await context.openSession()).call('liftHold', { params, body }))
  },
}

export const HOLD_LIST: CommandSpec = {
  name: 'hold list',
  summary: 'List legal holds, newest first',
  description: 'Lifted ones are listed too, with who lifted them and why.',
  examples: [{ line: 'hold list', does: 'lists the holds' }],
  reads: true,
  run: async (context: CommandContext) => {
    const { answer, raw } = await (await context.openSession()).call('listHolds', { query: { limit: LISTED } })
    await printAnswer(context, raw, () =>
      answer.items.length === 0
        ? ['There are no legal holds.']
        : answer.items.flatMap((hold) => holdLines(hold, context.screen.view)),
    )
    return 'ok'
  },
}

/** One of: a capsule, a subject, a scope. */
function targetOf(input: CommandInput): unknown {
  const [id, subject] = [input.argument(0), input.text('subject')]
  const scope = SCOPE.flatMap((name) => {
    const value = input.text(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  if ([id, subject, scope.length > 0 || undefined].filter((one) => one !== undefined).length !== 1)
    throw usage(
      'A hold covers one thing: a capsule, a --subject, or a scope (--identity, --lane, --fold, --type, --tag).',
    )
  if (id !== undefined) return { kind: 'capsule', capsule: parseCapsuleId(id) }
  return subject === undefined ? { kind: 'scope', ...Object.fromEntries(scope) } : { kind: 'subject', subject }
}

function reasonOf(input: CommandInput, needed: string): string {
  const reason = input.text('reason')
  if (reason === undefined) throw usage(needed)
  return reason
}

async function printHold(
  context: CommandContext,
  { answer, raw }: { readonly answer: LegalHold; readonly raw: unknown },
): Promise<ExitName> {
  await printAnswer(context, raw, () => holdLines(answer, context.screen.view))
  return 'ok'
}
