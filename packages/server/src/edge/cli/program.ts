import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { CommandInput } from './command-input.ts'
import type { CommandSpec } from './command-spec.ts'
import { GROUPS } from './commands/groups.ts'
import { GLOBAL_OPTIONS } from './global-settings.ts'
import type { ArgumentSpec, OptionSpec } from './option-spec.ts'
import { padRight, wrap } from './render/text.ts'
import type { Painter } from './render/view.ts'

export interface ProgramOptions {
  readonly commandName: string
  readonly version: string
  readonly commands: readonly CommandSpec[]
  /** Columns that help is wrapped to. */
  readonly width: number
  readonly paint: Painter
  /** Receives help and version. */
  readonly write: (text: string) => void
  /** Called with what was typed, once it is understood. */
  readonly run: (
    spec: CommandSpec,
    input: CommandInput,
    given: Readonly<Record<string, unknown>>,
    program: Command,
  ) => Promise<void>
}

const DESCRIPTION =
  'A memory with lineage: it imports documents, answers questions with citations, and shows where each piece of knowledge comes from. Commands speak to the instance that serves the data folder, or open the folder themselves when none does.'

const FIRST_STEPS = [
  { line: 'start', does: 'serves the data folder' },
  { line: 'import ~/notes', does: 'reads a folder or a git repository' },
  { line: 'ask "what is a capsule?"', does: 'answers with its sources' },
] as const

/** The tree of commands. Nothing in it touches the process: it writes and exits through its options alone. */
export function createProgram(options: ProgramOptions): Command {
  const program = prepare(new Command(options.commandName), options)
    .description(DESCRIPTION)
    .version(options.version, '--version', 'Print the version')
    .addHelpText('after', () => helpTail(options, FIRST_STEPS))
  for (const spec of GLOBAL_OPTIONS) program.addOption(toOption(spec))
  for (const spec of options.commands) addCommand(program, spec, options)
  return program
}

function prepare(command: Command, { write, paint, width }: ProgramOptions): Command {
  return command
    .exitOverride()
    .helpCommand(false)
    .helpOption('-h, --help', 'Show this help')
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined })
    .configureHelp({
      helpWidth: width,
      showGlobalOptions: true,
      styleTitle: (text) => paint.strong(text),
      styleUsage: (text) => text,
      boxWrap: (text, columns) => wrap(text, columns).join('\n'),
      formatItem: (term, termColumns, description) => itemLines(term, termColumns, description, width).join('\n'),
      subcommandDescription: (child) => child.summary() || child.description(),
    })
}

/** Narrower columns of descriptions break after every other word; they go below their term then. */
const DESCRIPTION_COLUMNS_MIN = 24
const ITEM_INDENT = '  '

/** A term and what it is: side by side, or below each other where there is too little room. */
function itemLines(term: string, termColumns: number, description: string, width: number): string[] {
  const room = width - termColumns - 2 * ITEM_INDENT.length
  if (room < DESCRIPTION_COLUMNS_MIN)
    return [`${ITEM_INDENT}${term}`, ...(description === '' ? [] : wrap(description, width, ITEM_INDENT.repeat(3)))]
  const [first = '', ...rest] = wrap(description, room)
  const indent = ' '.repeat(termColumns + 2 * ITEM_INDENT.length)
  return [
    `${ITEM_INDENT}${padRight(term, termColumns)}${ITEM_INDENT}${first}`.trimEnd(),
    ...rest.map((line) => indent + line),
  ]
}

function addCommand(program: Command, spec: CommandSpec, options: ProgramOptions): void {
  const words = spec.name.split(' ')
  const name = words.at(-1) ?? spec.name
  const parent = words.length === 1 ? program : groupOf(program, words[0] ?? '', options)
  const command = prepare(parent.command(name), options)
    .summary(spec.summary)
    .description(spec.description)
    .addHelpText('after', () => helpTail(options, spec.examples))
  for (const each of spec.arguments ?? []) command.addArgument(toArgument(each))
  for (const each of spec.options ?? []) command.addOption(toOption(each))
  command.action(async () => {
    const given = command.optsWithGlobals()
    await options.run(spec, new CommandInput(command.processedArgs, given), given, program)
  })
}

function groupOf(program: Command, name: string, options: ProgramOptions): Command {
  const existing = program.commands.find((child) => child.name() === name)
  return existing ?? prepare(program.command(name), options).description(GROUPS[name] ?? '')
}

function toArgument({ flags, description, choices }: ArgumentSpec): Argument {
  const argument = new Argument(flags, description)
  return choices === undefined ? argument : argument.choices(choices)
}

function toOption({ flags, description, choices, many }: OptionSpec): Option {
  const option = new Option(flags, description)
  if (choices !== undefined) option.choices(choices)
  if (many) option.argParser(collect(choices))
  return option
}

/** Gathers the values of an option that is repeated; a parser of its own takes the place of commander's for choices. */
const collect =
  (choices: readonly string[] | undefined) =>
  (value: string, previous: readonly string[] = []): readonly string[] => {
    if (choices !== undefined && !choices.includes(value))
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
    return [...previous, value]
  }

function helpTail(
  { commandName, paint, width }: ProgramOptions,
  examples: CommandSpec['examples'] | typeof FIRST_STEPS,
): string {
  const lines = examples.flatMap(({ line, does }) => [
    `  ${commandName} ${line}`,
    ...wrap(does, width, '      ').map((each) => paint.faint(each)),
  ])
  return [
    '',
    paint.strong('Examples:'),
    ...lines,
    '',
    ...wrap(`How commands end: ${commandName} help exit-codes`, width).map((line) => paint.faint(line)),
  ].join('\n')
}
