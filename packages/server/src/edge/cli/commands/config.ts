import { isCascadeError } from '#base'
import { explainConfig, type LoadedConfig } from '#config'
import type { CommandContext } from '../command-context.ts'
import type { CommandSpec } from '../command-spec.ts'
import { findLiving } from '../connect.ts'
import { configLines } from '../render/config-lines.ts'
import { printAnswer } from './answer.ts'

export const CONFIG_SHOW: CommandSpec = {
  name: 'config show',
  summary: 'Every key with its value and where that comes from',
  description:
    'Shows the configuration that a command in this folder uses: defaults < file < votes < environment < flags. What was voted for is asked of the instance that runs here. Secrets are hidden. With --url it is that of the instance there.',
  examples: [
    { line: 'config show', does: 'lists every key' },
    { line: 'config show --data /srv/cascade', does: 'shows it for another data folder' },
    { line: 'config show --json | jq \'.items[] | select(.origin != "default")\'', does: 'lists what was set' },
  ],
  run: async (context) => {
    const { screen } = context
    if (context.isRemote) {
      const { answer, raw } = await (await context.openSession()).call('getConfig')
      await printAnswer(context, raw, () => configLines(answer.items, undefined, screen.view))
      return 'ok'
    }
    const loaded = context.loadConfig()
    const items = explainConfig(loaded)
    const voted = await votedHere(context, loaded)
    const isOverVotes = (origin: string): boolean => /^(?:env|flag) /.test(origin)
    const rows = items.map((row) => ({
      ...{ ...row, value: row.value ?? null },
      ...(isOverVotes(row.origin) ? {} : voted.get(row.key)),
    }))
    await printAnswer(context, { items: rows }, () => configLines(rows, loaded.file ?? null, screen.view))
    return 'ok'
  },
}

type Voted = { readonly value: unknown; readonly origin: string }

/**
 * Settings that the running instance of this folder has from votes, by key; none where none runs. The environment and the flags of
 * that instance count for more than votes, so that what it has from them is not among these.
 */
async function votedHere(context: CommandContext, { config }: LoadedConfig): Promise<ReadonlyMap<string, Voted>> {
  if ((await findLiving(config.data.dir)) === undefined) return new Map()
  // An instance that ends meanwhile is not started again for this.
  context.neverOwn()
  try {
    const { answer } = await (await context.openSession()).call('getConfig')
    const voted = answer.items.filter(({ origin }) => origin.startsWith('vote '))
    return new Map(voted.map(({ key, value, origin }) => [key, { value, origin }]))
  } catch (error) {
    if (!isCascadeError(error)) throw error
    context.screen.note(`What was voted for is not shown, as the running instance did not say it: ${error.message}`)
    return new Map()
  }
}

export const CONFIG_CHECK: CommandSpec = {
  name: 'config check',
  summary: 'Say whether the configuration is valid',
  description: 'Names every key that is wrong, with its value, its place and what is allowed; ends with 2 then.',
  examples: [
    { line: 'config check', does: 'checks what a command in this folder would use' },
    { line: 'config check --config /etc/cascade.yml', does: 'checks a file before it is used' },
  ],
  run: async (context: CommandContext) => {
    const { file } = context.loadConfig()
    const where = file === undefined ? 'no file was found; defaults, environment and flags' : file
    await printAnswer(context, { ok: true, file: file ?? null }, () => [`The configuration is valid (${where}).`])
    return 'ok'
  },
}
