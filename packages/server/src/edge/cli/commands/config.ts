import { explainConfig } from '#config'
import type { CommandContext } from '../command-context.ts'
import type { CommandSpec } from '../command-spec.ts'
import { configLines } from '../render/config-lines.ts'
import { printAnswer } from './answer.ts'

export const CONFIG_SHOW: CommandSpec = {
  name: 'config show',
  summary: 'Every key with its value and where that comes from',
  description:
    'Shows the configuration that a command in this folder uses: defaults < file < environment < flags. Secrets are hidden. With --url it is that of the instance there.',
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
    const rows = items.map((row) => ({ ...row, value: row.value ?? null }))
    await printAnswer(context, { items: rows }, () => configLines(rows, loaded.file ?? null, screen.view))
    return 'ok'
  },
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
