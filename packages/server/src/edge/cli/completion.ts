import type { Command } from 'commander'
import { type CommandNode, flattenTree, type OptionNode, readTree } from './command-tree.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export const isShell = (text: string): text is Shell => SHELLS.some((shell) => shell === text)

const WRITERS: Readonly<Record<Shell, (rows: readonly Row[]) => string[]>> = { bash, zsh, fish }

/** The script that completes the commands of this tree. */
export function completionScript(shell: Shell, program: Command): string[] {
  const tree = readTree(program)
  const rows = flattenTree(tree).map((node) => toRow(node, tree.options))
  return [
    `# Completion of cascade for ${shell}. To install it: cascade completion ${shell} --install`,
    ...WRITERS[shell](rows),
  ]
}

/** What may follow a command. */
interface Row {
  /** `config show`; empty for the program itself. */
  readonly path: string
  readonly words: readonly Word[]
  readonly options: readonly OptionNode[]
}

interface Word {
  readonly word: string
  readonly summary: string
}

const toRow = (node: CommandNode, globals: readonly OptionNode[]): Row => ({
  path: node.words.join(' '),
  words: [
    ...node.commands.map(({ words, summary }) => ({ word: words.at(-1) ?? '', summary })),
    ...node.arguments.flatMap(({ choices }) => choices.map((word) => ({ word, summary: '' }))),
  ],
  options: [...new Map([...node.options, ...globals].map((option) => [option.long, option])).values()],
})

const withChoices = ({ options }: Row): readonly OptionNode[] => options.filter(({ choices }) => choices.length > 0)

/** Walks over the words typed so far to the deepest command that they name; in bash and, with emulation, in zsh. */
function walk(rows: readonly Row[], words: string): string[] {
  const cases = rows.filter(({ path }) => path !== '').map(({ path }) => `"${path}") at="${path}" ;;`)
  return [
    '  local word at=""',
    `  for word in ${words}; do`,
    `    case "\${at:+$at }$word" in`,
    ...cases.map((each) => `      ${each}`),
    '    esac',
    '  done',
  ]
}

function bash(rows: readonly Row[]): string[] {
  return [
    '_cascade() {',
    `  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" offered=""`,
    ...walk(rows, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`),
    '  case "$at $previous" in',
    ...rows.flatMap((row) =>
      withChoices(row).map(({ long, choices }) => `    "${row.path} ${long}") offered="${choices.join(' ')}" ;;`),
    ),
    '  esac',
    '  if [ -z "$offered" ]; then',
    '    case "$at" in',
    ...rows.map(
      (row) =>
        `      "${row.path}") offered="${[...row.words.map(({ word }) => word), ...row.options.map(({ long }) => long)].join(' ')}" ;;`,
    ),
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$offered" -- "$current"))',
    '}',
    'complete -o default -F _cascade cascade ./cascade forge-cascade',
  ]
}

function zsh(rows: readonly Row[]): string[] {
  return [
    '_cascade() {',
    `  local previous="\${words[CURRENT-1]}"`,
    '  local -a offered',
    ...walk(rows, `"\${(@)words[2,CURRENT-1]}"`),
    '  case "$at $previous" in',
    ...rows.flatMap((row) =>
      withChoices(row).map(
        ({ long, choices }) => `    "${row.path} ${long}") compadd -- ${choices.join(' ')}; return ;;`,
      ),
    ),
    '  esac',
    '  case "$at" in',
    ...rows.map((row) => `    "${row.path}") offered=(${described(row).map(zshWord).join(' ')}) ;;`),
    '  esac',
    "  _describe 'cascade' offered || _files",
    '}',
    // A .zshrc without compinit has no compdef.
    '(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }',
    'compdef _cascade cascade ./cascade forge-cascade',
  ]
}

const described = ({ words, options }: Row): readonly Word[] => [
  ...words,
  ...options.map(({ long, description }) => ({ word: long, summary: description })),
]

const zshWord = ({ word, summary }: Word): string => single(summary === '' ? word : `${word}:${summary}`)

function fish(rows: readonly Row[]): string[] {
  const top = rows.filter(({ path }) => path !== '').map(({ path }) => path.split(' ')[0] ?? '')
  const names = [...new Set(top)].join(' ')
  return ['complete -c cascade -f', ...rows.flatMap((row) => fishRow(row, names))]
}

function fishRow(row: Row, names: string): string[] {
  const within = row.path
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ')
  const condition = row.path === '' ? `not __fish_seen_subcommand_from ${names}` : within
  const start = `complete -c cascade -n ${single(condition)}`
  return [
    ...row.words.map(({ word, summary }) => `${start} -a ${word} -d ${single(summary)}`),
    ...row.options.map(({ long, description, choices, takesValue }) => {
      const values = choices.length > 0 ? ` -xa ${single(choices.join(' '))}` : takesValue ? ' -r' : ''
      return `${start} -l ${long.replace(/^--/, '')}${values} -d ${single(description)}`
    }),
  ]
}

/** A word in single quotes, as all three shells read it. */
const single = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
