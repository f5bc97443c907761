import { resolve } from 'node:path'
import { type ExportLine, exportSentLine } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import type { ExitName } from '../exit-code.ts'
import { writeExportFolder } from '../export-folder.ts'
import { isErrorCode } from '../http-client.ts'
import { writeProvFile } from '../prov-file.ts'
import { byteSize, number, plural } from '../render/words.ts'
import { parseSentLine } from '../sent-line.ts'
import { quoteForShell } from '../shell-word.ts'
import { printAnswer } from './answer.ts'

/** Lines between two words about progress. */
const LINES_PER_REPORT = 500

export const EXPORT: CommandSpec = {
  name: 'export',
  summary: 'Write everything into an open folder that can be read, and imported again',
  description:
    'Writes a new folder: each capsule as a Markdown file, its older versions, edges, links and the history of trust beside it, and a manifest with the digest of each file. `import` of that folder into an empty instance gives the same ids, versions, dates, parents and links. What is written is for its user alone (modes 0700 and 0600). An existing folder is not written into, unless it is empty.',
  arguments: [{ flags: '<path>', description: 'The new folder, or the new file of PROV-JSON, on this machine' }],
  options: [
    { flags: '--format <format>', description: 'What to write (folder)', choices: ['folder', 'prov-json'] },
    { flags: '--vectors', description: 'Write the vector of each version as well' },
  ],
  examples: [
    { line: 'export ~/knowledge', does: 'writes everything into a folder' },
    { line: 'export provenance.json --format prov-json', does: 'writes where everything comes from, for PROV tools' },
    { line: 'export /tmp/copy --json', does: 'prints the numbers and the digest for a script' },
  ],
  reads: true,
  run: async (context, input) => {
    const given = input.argument(0) ?? ''
    const format = input.text('format') ?? 'folder'
    if (format === 'prov-json' && input.on('vectors')) throw usage('PROV-JSON holds no vectors; leave --vectors out.')
    return FORMATS[format]?.(context, input, given) ?? 'usage'
  },
}

type Writer = (context: CommandContext, input: CommandInput, given: string) => Promise<ExitName>
const FORMATS: Readonly<Record<string, Writer>> = { folder: writeFolder, 'prov-json': writeProv }

async function writeFolder(context: CommandContext, input: CommandInput, given: string): Promise<ExitName> {
  const folder = resolve(context.io.cwd, given)
  const session = await context.openSession()
  const lines = readLines(
    session.lines('exportStore', { query: { vectors: input.on('vectors') } }),
    showProgress(context),
  )
  const { end, files, bytes } = await writeExportFolder(folder, lines)
  const { view } = context.screen
  await printAnswer(context, { path: folder, files, bytes, counts: end.counts, digest: end.digest }, () => [
    `Wrote ${folder}: ${plural(end.counts.capsules, 'capsule')} with ${plural(end.counts.versions, 'version')}, ${plural(files, 'file')}, ${byteSize(bytes)}.`,
    ...(end.in_archive === undefined
      ? []
      : [
          `${plural(end.in_archive, 'capsule')} in the archive ${end.in_archive === 1 ? 'is' : 'are'} not in it: bring them back first (archive restore).`,
        ]),
    view.paint.faint(`digest ${end.digest}`),
    `To bring it back: ${view.command(`import ${quoteForShell(given)}`)}`,
  ])
  return 'ok'
}

async function writeProv(context: CommandContext, _input: CommandInput, given: string): Promise<ExitName> {
  const path = resolve(context.io.cwd, given)
  const session = await context.openSession()
  const statements = await writeProvFile(path, readLines(session.lines('exportStore'), showProgress(context)))
  await printAnswer(context, { path, statements }, () => [`Wrote ${path}: ${plural(statements, 'statement')}.`])
  return 'ok'
}

const showProgress =
  ({ screen, settings }: CommandContext) =>
  (written: number): void => {
    if (!settings.json && written % LINES_PER_REPORT === 0) screen.progress(`Exporting: ${number(written)} lines`)
  }

/** @throws CascadeError with the code of what broke the export off. */
async function* readLines(
  lines: AsyncIterable<string>,
  onLine: (read: number) => void,
): AsyncGenerator<ExportLine, void, undefined> {
  let read = 0
  for await (const text of lines) {
    const line = parseSentLine('The export', exportSentLine, text)
    if (line.kind === 'broken') throw new CascadeError(isErrorCode(line.code) ? line.code : 'NO_SERVER', line.detail)
    yield line
    onLine(++read)
  }
}
