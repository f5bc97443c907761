import { stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import {
  IMPORT_KINDS,
  type ImportFile,
  type ImportJob,
  type ImportRequest,
  importBody,
  uuid,
} from '@forge-cascade/contract'
import { CascadeError, unreadable } from '#base'
import type { CommandContext } from '../command-context.ts'
import { type CommandInput, checkInput, numberOf, usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { isNothingStored } from '../error-fix.ts'
import type { ExitName } from '../exit-code.ts'
import { listFilePages, listLeftOut } from '../import-files.ts'
import { type Current, ImportRun } from '../import-run.ts'
import { watchImport } from '../import-watch.ts'
import {
  changeLine,
  fileLine,
  importLines,
  importListLines,
  progressLine,
  summaryLines,
} from '../render/import-lines.ts'
import { number, plural } from '../render/words.ts'
import type { Screen } from '../screen.ts'
import type { Session } from '../session.ts'
import { printAnswer } from './answer.ts'
import { readScope, SCOPE_OPTIONS } from './filters.ts'

/** Seconds between two lines of progress where nobody watches a terminal. */
const PLAIN_EVERY_S = 5
const LIST_LIMIT = 100
/** Pages that are looked through for a label. */
const LABEL_PAGES_MAX = 50

export const IMPORT: CommandSpec = {
  name: 'import',
  summary: 'Read files, a repository, chats or records',
  description:
    'Turns documents (Markdown, text, code, HTML, PDF, Office) into capsules, a repository with its history (each commit that changed a file becomes a version), and each turn of an exported chat. An import can be stopped and run again at any time: it goes on where it stopped, and what has not changed is not written twice. Ends with 1 when a file failed.',
  arguments: [
    {
      flags: '[path]',
      description: 'A folder, a repository, an export of chats (.zip, .json), a list (.json, .ndjson) or a transcript',
    },
  ],
  options: [
    { flags: '--list', description: 'List the imports so far instead' },
    { flags: '--show <id>', description: 'Show what an import did instead' },
    { flags: '--files', description: 'With --show: every file with its state and its reason' },
    {
      flags: '--remove <id-or-label>',
      description: 'Archive everything the source of an import brought in instead, by any of its runs',
    },
    { flags: '--watch', description: 'Go on: take in what changes in the folder, until Ctrl-C' },
    { flags: '--kind <kind>', description: 'What it is (auto)', choices: IMPORT_KINDS },
    { flags: '--no-history', description: 'git: the newest state alone' },
    {
      flags: '--include <pattern>',
      description: 'Only files like this, as in .gitignore; may be repeated',
      many: true,
    },
    { flags: '--exclude <pattern>', description: 'No files like this; may be repeated', many: true },
    { flags: '--owner <name>', description: 'Whose the capsules are' },
    ...SCOPE_OPTIONS,
    { flags: '--tag <tag>', description: 'A tag for all of them; may be repeated', many: true },
    { flags: '--trust <0-100>', description: 'Their trust, never above your own (60)' },
    {
      flags: '--accept-changes',
      description: 'An export: files changed by hand since become the next versions',
    },
    { flags: '--label <name>', description: 'A name to find and remove this import by' },
  ],
  examples: [
    { line: 'import ~/notes', does: 'reads a folder, or an Obsidian vault with the links between its notes' },
    {
      line: 'import . --label handbook --include "*.md"',
      does: 'reads the Markdown of a repository, with its history',
    },
    { line: 'import ~/Downloads/chatgpt-export.zip', does: 'reads what you and ChatGPT said' },
    { line: 'import ~/notes --watch', does: 'goes on taking in what changes' },
    { line: 'import --remove handbook', does: 'takes it out again' },
    { line: 'import --list', does: 'lists the imports so far' },
    {
      line: 'import --show 01a1fde7-0c6a-7000-835a-55d8cd3d2dc4 --files',
      does: 'lists every file of one, and why it was left out',
    },
  ],
  reads: (input) => input.on('list'),
  run: (context, input) => {
    if (input.on('files') && input.text('show') === undefined)
      throw usage('--files goes with --show ID: it lists the files of that import.')
    const path = input.argument(0)
    const others = Object.entries(OTHERS).filter(([name]) => input.on(name) || input.text(name) !== undefined)
    if (others.length + (path === undefined ? 0 : 1) !== 1)
      throw usage('Name one thing to do: a path to import, or --list, or --show ID, or --remove ID-OR-LABEL.')
    const other = others[0]
    if (other !== undefined) return other[1](context, input)
    const request = readRequest(context, input, path ?? '')
    return input.on('watch') ? watch(context, request) : runImport(context, request)
  },
}

type Action = (context: CommandContext, input: CommandInput) => Promise<ExitName>
const OTHERS: Readonly<Record<string, Action>> = { list: listImports, show: showImport, remove: removeImport }

function readRequest(context: CommandContext, input: CommandInput, path: string): ImportRequest {
  if (context.isRemote && !isAbsolute(path))
    throw usage(
      `With --url the path is one of the machine of the instance: name it in full, not ${JSON.stringify(path)}.`,
    )
  return checkInput(importBody, {
    path: context.isRemote ? path : resolve(context.io.cwd, path),
    kind: input.text('kind'),
    history: input.on('history'),
    include: input.list('include'),
    exclude: input.list('exclude'),
    owner: input.text('owner'),
    ...readScope(input),
    tags: input.list('tag'),
    trust: numberOf(input.text('trust')),
    accept_changes: input.on('accept-changes') ? true : undefined,
    label: input.text('label'),
  })
}

async function runImport(context: CommandContext, request: ImportRequest): Promise<ExitName> {
  const { screen, interrupts } = context
  const session = await openFor(context, request)
  const run = new ImportRun(session, request)
  using _ = interrupts.handle(() => {
    screen.note('Stopping after the file that is being read. Ctrl-C once more to leave at once.')
    run.cancel()
  })
  const { answer: job, raw } = await run.follow({ onProgress: showProgress(context) })
  const leftOut = context.settings.json ? [] : await listLeftOut(session, job)
  await printAnswer(context, raw, () => importLines(job, leftOut, screen.view))
  return exitOfJob(job)
}

/**
 * An instance that is there says itself what it can read; for a path that is not there none is begun.
 *
 * @throws CascadeError SOURCE_UNREADABLE where there is neither the path nor a store.
 */
async function openFor(context: CommandContext, { path }: ImportRequest): Promise<Session> {
  if (context.isRemote) return context.openSession()
  const trouble = await stat(path).then(
    () => undefined,
    (error: unknown) => unreadable(path, error),
  )
  if (trouble !== undefined) context.neverMake()
  try {
    return await context.openSession()
  } catch (error) {
    if (trouble === undefined || !isNothingStored(error)) throw error
    throw trouble
  }
}

async function watch(context: CommandContext, request: ImportRequest): Promise<ExitName> {
  const { screen, interrupts } = context
  if (context.isRemote)
    throw usage('A folder is watched on the machine of the instance: --watch does not go with --url.')
  const stop = new AbortController()
  using _ = interrupts.handle(() => stop.abort())
  let last: ImportJob | undefined
  await watchImport(context, request, stop.signal, {
    watchRun: () => showProgress(context),
    onTrouble: (why) => screen.note(why),
    onRun: async (run, isFirst) => {
      last = run.answer
      await tellRun(context, run, isFirst)
      if (isFirst && !stop.signal.aborted) screen.note('Watching for changes. Ctrl-C ends it.')
    },
  })
  return last === undefined ? 'interrupted' : (EXITS[last.state] ?? 'ok')
}

/** The first run as an import tells it, each further one on a line, when there is something to tell. */
async function tellRun(context: CommandContext, { answer: job, raw }: Current, isFirst: boolean): Promise<void> {
  const { screen, settings } = context
  if (!isFirst && isQuiet(job)) return
  if (settings.json) return screen.print([JSON.stringify(raw)])
  const leftOut = isFirst ? await listLeftOut(await context.openSession(), job) : []
  await screen.print(isFirst ? importLines(job, leftOut, screen.view) : [changeLine(job)])
}

/** Nothing was new: the run is not worth a line. */
const isQuiet = ({ state, imported, failed }: ImportJob): boolean => state === 'completed' && imported + failed === 0

/** A bar on a terminal, a line every few seconds elsewhere, nothing beside JSON. */
function showProgress({ screen, io }: CommandContext): (job: ImportJob) => void {
  let shownAt = io.clock()
  return (job) => {
    if (screen.watched) return screen.progress(progressLine(job, screen.noteView.width))
    if (io.clock() - shownAt < PLAIN_EVERY_S * 1000) return
    shownAt = io.clock()
    screen.note(progressLine(job, screen.noteView.width))
  }
}

const EXITS: Partial<Record<ImportJob['state'], ExitName>> = {
  failed: 'failed',
  cancelled: 'interrupted',
  interrupted: 'unavailable',
}

const exitOfJob = ({ state, failed }: ImportJob): ExitName => EXITS[state] ?? (failed > 0 ? 'failed' : 'ok')

async function listImports(context: CommandContext): Promise<ExitName> {
  const { answer, raw } = await (await context.openSession()).call('listImports', { query: { limit: LIST_LIMIT } })
  await printAnswer(context, raw, () => importListLines(answer, context.screen.view))
  return 'ok'
}

async function showImport(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const id = checkInput(uuid, input.text('show'), 'show')
  const session = await context.openSession()
  const { answer, raw } = await session.call('getImport', { params: { id } })
  if (input.on('files')) return showFiles(context, session, answer)
  const leftOut = context.settings.json ? [] : await listLeftOut(session, answer)
  await printAnswer(context, raw, () => importLines(answer, leftOut, context.screen.view))
  return 'ok'
}

/** Each page is printed before the next is asked for: an import may have hundreds of thousands of files. */
async function showFiles({ screen, settings }: CommandContext, session: Session, job: ImportJob): Promise<ExitName> {
  const pages = listFilePages(session, job.id)
  if (settings.json) await printFilesJson(screen, job, pages)
  else {
    await screen.print([...summaryLines(job, screen.view), ''])
    for await (const page of pages) {
      await screen.print(page.map((file) => fileLine(file, screen.view)))
      if (!screen.isRead) break
    }
  }
  return 'ok'
}

/** One document, of which each file is a line. */
async function printFilesJson(screen: Screen, job: ImportJob, pages: AsyncIterable<readonly ImportFile[]>) {
  await screen.print([`${JSON.stringify(job, null, 2).slice(0, -2)},`, '  "files": ['])
  let held: string | undefined
  for await (const page of pages) {
    const lines = [...(held === undefined ? [] : [held]), ...page.map((file) => `    ${JSON.stringify(file)}`)]
    // No comma follows the last of all.
    held = lines.pop()
    await screen.print(lines.map((line) => `${line},`))
  }
  await screen.print([...(held === undefined ? [] : [held]), '  ]', '}'])
}

async function removeImport(context: CommandContext, input: CommandInput): Promise<ExitName> {
  const name = input.text('remove') ?? ''
  const session = await context.openSession()
  const ids = await findImports(context, session, name)
  let archived = 0
  for (const [at, id] of ids.entries())
    archived += at > 0 && (await isRemoved(session, id)) ? 0 : await remove(session, id)
  if (archived === 0) throw nothingRemoved(name, context)
  const words = archived === 1 ? 'It is still readable by its id.' : 'Each is still readable by its id.'
  await printAnswer(context, { archived }, () => [`Archived ${plural(archived, 'capsule')}. ${words}`])
  return 'ok'
}

/** A run that is removed takes all others of its source with it: those are not gone through again. */
const isRemoved = async (session: Session, id: string): Promise<boolean> =>
  (await session.ask('getImport', { params: { id } })).state === 'removed'

const remove = async (session: Session, id: string): Promise<number> =>
  (await session.ask('removeImport', { params: { id } })).archived

/** Whoever types this expects something to go: that nothing did is no success. */
const nothingRemoved = (name: string, { screen }: CommandContext): CascadeError =>
  new CascadeError(
    'NOT_FOUND',
    `Nothing was removed: of what the import ${JSON.stringify(name)} brought in, nothing is active any more. ${screen.view.command('show ID')} still reads what is archived.`,
  )

/** The import with this id, or all that carry this label. */
async function findImports(context: CommandContext, session: Session, name: string): Promise<readonly string[]> {
  if (uuid.safeParse(name).success) return [name]
  const { jobs, isWhole } = await listLabelled(session, name)
  const found = jobs.filter(({ state }) => state !== 'removed').map(({ id }) => id)
  if (!isWhole) context.screen.note(`${LOOKED_THROUGH} What older ones brought in is removed by their ids.`)
  if (found.length > 0) return found
  const why = jobs.length > 0 ? 'What had the label % was removed already.' : 'No import has the label %.'
  const told = why.replace('%', JSON.stringify(name))
  throw new CascadeError('NOT_FOUND', isWhole ? told : `${told} ${LOOKED_THROUGH}`)
}

const LOOKED_THROUGH = `Only the newest ${number(LABEL_PAGES_MAX * LIST_LIMIT)} imports were looked through.`

async function listLabelled(session: Session, name: string) {
  const jobs: ImportJob[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < LABEL_PAGES_MAX; pages++) {
    const page = await session.ask('listImports', { query: { limit: LIST_LIMIT, cursor } })
    jobs.push(...page.items.filter(({ label }) => label === name))
    if (page.next_cursor === null) return { jobs, isWhole: true }
    cursor = page.next_cursor
  }
  return { jobs, isWhole: false }
}
