import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { PoliciesInForce, PolicyChange } from '@forge-cascade/contract'
import { isCascadeError } from '#base'
import { type CommandContext, causeOf } from '../command-context.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { findLiving } from '../connect.ts'
import { STORE_FILE } from '../doctor/store-files.ts'
import type { ExitName } from '../exit-code.ts'
import { policiesLines, policyChangeLines, schemaLines, writtenPoliciesLines } from '../render/decision-lines.ts'
import { unwritable } from '../unwritable.ts'
import { printAnswer } from './answer.ts'
import { writeNew } from './write-new.ts'

/** The schema of an instance; where it lies beside policies it has to be the instance's own. */
const SCHEMA = 'cascade.cedarschema'

export const POLICY_SHOW: CommandSpec = {
  name: 'policy show',
  summary: 'Show the policies in force, with the constitution',
  description:
    'Each rule with its plain sentence. `--to` writes the files into a new folder that `policy lint`, `test`, `diff` and `apply` take as it is: a start for policies of your own. `--schema` prints the schema alone, which `policy lint` and `policy test` hold files of your own against.',
  options: [
    { flags: '--text', description: 'Print the files themselves' },
    { flags: '--schema', description: 'Print the schema alone' },
    { flags: '--to <folder>', description: 'Write them into this folder, which is new or empty' },
  ],
  examples: [
    { line: 'policy show', does: 'lists the rules' },
    { line: 'policy show --text', does: 'prints them in Cedar' },
    { line: 'policy show --schema', does: 'prints what policies may speak of' },
    { line: 'policy show --to policies', does: 'writes them as a start for your own' },
  ],
  reads: true,
  run: async (context, input) => {
    const { answer, raw } = await (await context.openSession()).call('getPolicies', {})
    const to = input.text('to')
    const written = to === undefined ? undefined : writeFolder(context, to, answer)
    await printAnswer(context, raw, () =>
      written === undefined
        ? shownLines(answer, context, input)
        : writtenPoliciesLines(answer, written, context.screen.view),
    )
    return 'ok'
  },
}

/** @returns the folder. @throws CascadeError where it cannot be written, and for one that holds something. */
function writeFolder(context: CommandContext, to: string, { files }: PoliciesInForce): string {
  const folder = resolve(context.io.cwd, to)
  try {
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length > 0) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' })
  } catch (error) {
    throw unwritable(folder, error)
  }
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeNew(context, join(folder, path), text)
  }
  return folder
}

export const POLICY_DIFF: CommandSpec = {
  name: 'policy diff',
  summary: 'Say what is wrong with policies, and what they would change, with nothing put in force',
  description:
    'The files that end in .cedar are held against the schema of the instance, and compared with what is in force. Ends with 7 when they are not sound.',
  arguments: [{ flags: '<path...>', description: 'A folder, or files' }],
  examples: [{ line: 'policy diff policies', does: 'tells what applying the folder would change' }],
  reads: true,
  run: (context, input) => put(context, input, true),
}

export const POLICY_APPLY: CommandSpec = {
  name: 'policy apply',
  summary: 'Put policies in force, in the place of those that are',
  description:
    'The files that end in .cedar; the constitution and the schema come with the program and belong to every bundle, so that they may lie in the folder as they are there, and not otherwise. What is not sound changes nothing and ends with 7. Policies under which you, or the administrator of the instance, could apply no others are refused. Where no instance runs, --built-in opens the data folder without asking any policy, so that it helps where policies are in the way, in an emergency too.',
  arguments: [{ flags: '[path...]', description: 'A folder, or files' }],
  options: [{ flags: '--built-in', description: 'Put those in force again that come with the program' }],
  examples: [
    { line: 'policy apply policies', does: 'puts the policies of the folder in force' },
    { line: 'policy apply --built-in', does: 'goes back to those that come with the program' },
  ],
  run: (context, input) => put(context, input, false),
}

async function put(context: CommandContext, input: CommandInput, dryRun: boolean): Promise<ExitName> {
  const paths = input.words(0)
  if (input.on('built-in') === paths.length > 0) throw usage('Name a folder or files, or --built-in.')
  const mended = paths.length === 0 && !dryRun ? await mend(context) : undefined
  if (mended !== undefined) {
    await printAnswer(context, mended, () => policyChangeLines(mended, context.screen.view, false))
    return 'ok'
  }
  // Who only looks is told first where nothing is there to look at.
  if (dryRun) await context.openSession()
  const files = paths.length === 0 ? null : await readFiles(context, paths)
  const body = { files, dry_run: dryRun }
  const { answer, raw } = await (await context.openSession()).call('applyPolicies', { body })
  await printAnswer(context, raw, () => policyChangeLines(answer, context.screen.view, dryRun))
  return answer.digest === null ? 'damaged' : 'ok'
}

/** Goes back without an instance, where none runs and nobody is named by a token; undefined elsewhere. */
async function mend(context: CommandContext): Promise<PolicyChange | undefined> {
  if (!context.isOperator) return undefined
  const loaded = context.loadConfig()
  const directory = loaded.config.data.dir
  if (!existsSync(join(directory, STORE_FILE)) || (await findLiving(directory)) !== undefined) return undefined
  try {
    return await context.io.mendPolicies(loaded)
  } catch (error) {
    // Somebody opened it meanwhile, and is spoken to.
    const cause = causeOf(error)
    if (isCascadeError(cause) && cause.code === 'DATA_FOLDER_IN_USE') return undefined
    throw cause
  }
}

/** @throws CascadeError UNPROCESSABLE where there is none. */
async function readFiles({ io }: CommandContext, paths: readonly string[]) {
  const { files } = await io.readPolicies(paths.map((path) => resolve(io.cwd, path)))
  return files
    .filter(({ path }) => path.endsWith('.cedar') || path === SCHEMA)
    .map(({ path, text }) => ({ path, text }))
}

const shownLines = (answer: PoliciesInForce, { screen: { view } }: CommandContext, input: CommandInput): string[] =>
  input.on('schema') ? schemaLines(answer) : policiesLines(answer, view, input.on('text'))
