import { CAPSULE_LIMITS, CAPSULE_TYPES, capsuleCreate, LICENCES } from '@forge-cascade/contract'
import { parseCapsuleRef } from '../capsule-ref.ts'
import type { InputStream } from '../cli-io.ts'
import { type CommandInput, checkInput, numberOf, readTime, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { receiptLines } from '../render/receipt-lines.ts'
import { printAnswer } from './answer.ts'
import { readScope, SCOPE_OPTIONS } from './filters.ts'

const REASON_DEFAULT = 'Derived at the command line'

export const REMEMBER: CommandSpec = {
  name: 'remember',
  summary: 'Add one piece of knowledge',
  description:
    'Adds a capsule and prints its receipt: whether it is new or known already, its id, and what it nearly repeats. With --parent it is derived from others, and the lineage says why.',
  arguments: [{ flags: '<text...>', description: 'What to remember; - reads it from standard input' }],
  options: [
    { flags: '--type <type>', description: 'What it is (knowledge)', choices: CAPSULE_TYPES },
    { flags: '--title <title>', description: 'A name for it' },
    { flags: '--tag <tag>', description: 'A tag; may be repeated', many: true },
    { flags: '--category <name>', description: 'A category' },
    { flags: '--parent <id[@version]>', description: 'What it derives from; may be repeated', many: true },
    { flags: '--reason <why>', description: 'Why it derives from that' },
    { flags: '--owner <name>', description: 'Whose it is' },
    ...SCOPE_OPTIONS,
    { flags: '--trust <0-100>', description: 'Trust, never above your own (60)' },
    { flags: '--licence <licence>', description: 'Who may use it (private)', choices: LICENCES },
    { flags: '--valid-from <time>', description: 'Since when it holds (now)' },
    { flags: '--duplicate', description: 'Add it even when the same text is there' },
  ],
  examples: [
    { line: 'remember "We deploy on Tuesdays."', does: 'adds a piece of knowledge' },
    {
      line: 'remember "One file, easy to back up." --type decision --title "Why SQLite" --tag storage',
      does: 'adds a decision',
    },
    { line: 'remember - --title "Minutes" < minutes.txt', does: 'reads the text from a file' },
    {
      line: 'remember "On phones too." --parent 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10 --reason "Same needs"',
      does: 'derives it from another',
    },
  ],
  run: async (context, input) => {
    const body = checkInput(capsuleCreate, {
      content: await readContent(input.argument(0), context.io.stdin),
      ...readFields(input),
    })
    const { answer, raw } = await (await context.openSession()).call('createCapsule', { body })
    await printAnswer(context, raw, () => receiptLines(answer, context.screen.view))
    return 'ok'
  },
}

const readFields = (input: CommandInput) => ({
  type: input.text('type') ?? 'knowledge',
  title: input.text('title'),
  tags: input.list('tag'),
  category: input.text('category'),
  parents: readParents(input),
  owner: input.text('owner'),
  ...readScope(input),
  trust: numberOf(input.text('trust')),
  licence: input.text('licence'),
  valid_from: readTime(input, 'valid-from'),
  dedupe: input.on('duplicate') ? 'none' : undefined,
})

function readParents(input: CommandInput) {
  const reason = input.text('reason')
  const parents = input.list('parent')
  if (parents === undefined && reason !== undefined)
    throw usage('--reason says why it derives from a --parent; there is none.')
  return parents?.map((text) => ({ ...parseCapsuleRef(text), reason: reason ?? REASON_DEFAULT }))
}

async function readContent(argument: string | undefined, stdin: InputStream): Promise<string> {
  if (argument !== '-') return argument ?? ''
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > CAPSULE_LIMITS.contentBytesMax)
      throw usage(
        `A capsule holds up to ${CAPSULE_LIMITS.contentBytesMax} bytes; \`import\` takes larger files in pieces.`,
      )
    chunks.push(bytes)
  }
  return decode(Buffer.concat(chunks))
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw usage('Standard input is not UTF-8 text.')
    throw error
  }
}
