import { resolve } from 'node:path'
import { type ExportLine, exportLine } from '@forge-cascade/contract'
import { CascadeError, messageOf } from '#base'
import type { CommandContext } from '../command-context.ts'
import { usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { writeExportFolder } from '../export-folder.ts'
import { wrap } from '../render/text.ts'
import { byteSize, number, plural } from '../render/words.ts'
import { printAnswer } from './answer.ts'

/** Lines between two words about progress. */
const LINES_PER_REPORT = 500

export const EXPORT: CommandSpec = {
  name: 'export',
  summary: 'Write everything into an open folder that can be read, and imported again',
  description:
    'Writes a new folder: each capsule as a Markdown file, its older versions, edges, links and the history of trust beside it, and a manifest with the digest of each file. `import` of that folder into an empty instance gives the same ids, versions, dates, parents and links. An existing folder is not written into, unless it is empty.',
  arguments: [{ flags: '<folder>', description: 'The new folder, on this machine' }],
  options: [{ flags: '--vectors', description: 'Write the vector of each version as well' }],
  examples: [
    { line: 'export ~/knowledge', does: 'writes everything into a folder' },
    { line: 'export /tmp/copy --json', does: 'prints the numbers and the digest for a script' },
  ],
  run: async (context, input) => {
    const given = input.argument(0) ?? ''
    if (given === '') throw usage('Name the folder to write.')
    const folder = resolve(context.io.cwd, given)
    const session = await context.openSession()
    const lines = readLines(session.lines('exportStore', { vectors: input.on('vectors') }))
    const { end, files, bytes } = await writeExportFolder(folder, lines, showProgress(context))
    const { view } = context.screen
    await printAnswer(context, { path: folder, files, bytes, counts: end.counts, digest: end.digest }, () => [
      `Wrote ${folder}: ${plural(end.counts.capsules, 'capsule')} with ${plural(end.counts.versions, 'version')}, ${plural(files, 'file')}, ${byteSize(bytes)}.`,
      view.paint.faint(`digest ${end.digest}`),
      ...wrap(`To bring it back: ${view.command(`import ${given}`)}`, view.width),
    ])
    return 'ok'
  },
}

const showProgress =
  ({ screen, settings }: CommandContext) =>
  (written: number): void => {
    if (!settings.json && written % LINES_PER_REPORT === 0) screen.progress(`Exporting: ${number(written)} lines`)
  }

async function* readLines(lines: AsyncIterable<string>): AsyncGenerator<ExportLine, void, undefined> {
  for await (const line of lines) yield parseLine(line)
}

function parseLine(line: string): ExportLine {
  try {
    return exportLine.parse(JSON.parse(line))
  } catch (error) {
    throw new CascadeError('NO_SERVER', `The export has a line that this version does not read: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
