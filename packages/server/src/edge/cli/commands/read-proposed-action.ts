import { resolve } from 'node:path'
import { type PolicyFile, splitPolicies } from '#policy'
import { parseIdOf } from '../capsule-ref.ts'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, numberOf, usage } from '../command-input.ts'

/** Each change that can be proposed: whether it was asked for, and what is sent. */
const CHANGES: readonly {
  readonly isAsked: (input: CommandInput) => boolean
  readonly read: (context: CommandContext, input: CommandInput) => unknown
}[] = [
  {
    isAsked: (input) => input.words(0).length > 0 && !input.on('amend'),
    read: async (context, input) => ({ type: 'policy_change', files: await readFiles(context, input) }),
  },
  { isAsked: (input) => input.on('built-in'), read: () => ({ type: 'policy_change', files: null }) },
  {
    isAsked: (input) => input.text('subject') !== undefined || input.text('trust') !== undefined,
    read: (_, input) => readTrust(input),
  },
  {
    isAsked: (input) => input.list('set') !== undefined || input.list('unset') !== undefined,
    read: (_, input) => ({ type: 'configuration_change', changes: readSettings(input) }),
  },
  {
    isAsked: (input) => input.on('amend') || input.list('without') !== undefined,
    read: async (context, input) => ({ type: 'constitution_amendment', clauses: await readClauses(context, input) }),
  },
  {
    isAsked: (input) => input.text('revert') !== undefined,
    read: (_, input) => ({ type: 'revert', proposal: parseIdOf('proposal', 'proposals list', input.text('revert')) }),
  },
]

/** The one change that was typed. @throws CascadeError VALIDATION_FAILED for none, or more than one. */
export async function readProposedAction(context: CommandContext, input: CommandInput): Promise<unknown> {
  const [asked, ...others] = CHANGES.filter(({ isAsked }) => isAsked(input))
  if (asked === undefined || others.length > 0)
    throw usage(
      'Name one change: files of policies, --built-in, --subject with --trust, --set or --unset, --amend or --without, or --revert.',
    )
  return asked.read(context, input)
}

function readTrust(input: CommandInput): unknown {
  const [subject, trust] = [input.text('subject'), input.text('trust')]
  if (subject === undefined || trust === undefined) throw usage('Another trust needs --subject and --trust.')
  return { type: 'trust_change', subject, trust: numberOf(trust) }
}

const NUMBER = /^[+-]?\d{1,15}(\.\d{1,15})?$/

function readSettings(input: CommandInput): readonly { readonly key: string; readonly value: unknown }[] {
  const set = (input.list('set') ?? []).map((given) => {
    const [key, value] = [given.slice(0, given.indexOf('=')), given.slice(given.indexOf('=') + 1)]
    if (!given.includes('='))
      throw usage(`--set ${given} has no value; expected a key and a value, as in memory.min_trust=50.`)
    if (value === 'true' || value === 'false') return { key, value: value === 'true' }
    return { key, value: NUMBER.test(value) ? Number(value) : value }
  })
  return [...set, ...(input.list('unset') ?? []).map((key) => ({ key, value: null }))]
}

const CLAUSE_ID = /@id\(\s*"([^"]*)"\s*\)/

async function readClauses(context: CommandContext, input: CommandInput): Promise<readonly unknown[]> {
  const files = input.words(0).length === 0 ? [] : await readFiles(context, input)
  const clauses = files.flatMap(({ path, text }) =>
    splitPolicies(text)
      .filter(({ text: clause }) => clause.trim() !== '')
      .map(({ text: clause }) => {
        const id = CLAUSE_ID.exec(clause)?.[1]
        if (id === undefined) throw usage(`A clause in ${path} has no id; expected @id("const.own.…") before it.`)
        return { id, text: `${clause.trim()}\n` }
      }),
  )
  const all = [...clauses, ...(input.list('without') ?? []).map((id) => ({ id, text: null }))]
  if (all.length === 0) throw usage('--amend needs files with clauses.')
  return all
}

async function readFiles({ io }: CommandContext, input: CommandInput): Promise<readonly PolicyFile[]> {
  const { files } = await io.readPolicies(input.words(0).map((path) => resolve(io.cwd, path)))
  return files.filter(({ path }) => path.endsWith('.cedar')).map(({ path, text }) => ({ path, text }))
}
