import { lstat, realpath } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { CascadeError, isErrno, unreadable } from '#base'
import type { SourceKind } from '../../domain/capsules/import/index.ts'
import { isExport } from './cascade-files.ts'
import { holdsConversations, readBeginning } from './chat-files.ts'
import { looksLikeTranscript } from './transcript-turns.ts'

type Look = (path: string) => Promise<SourceKind | undefined>

/** What a folder may be, looked at in this order; a folder of files when it is none of them. */
const FOLDERS: readonly Look[] = [
  async (path) => ((await isExport(path)) ? 'cascade' : undefined),
  async (path) => ((await isFolder(join(path, '.obsidian'))) ? 'obsidian' : undefined),
  async (path) => ((await isRepository(path)) ? 'git' : undefined),
  async (path) => ((await holdsConversations(path)) ? chatKindOf(await readBeginning(path)) : undefined),
]

const lookLikeTranscript: Look = async (path) =>
  looksLikeTranscript(await readBeginning(path)) ? 'transcript' : undefined

/** What a file may be, by its ending and then by what it holds. */
const FILES: Readonly<Record<string, Look>> = {
  '.ndjson': async () => 'ndjson',
  '.jsonl': async () => 'ndjson',
  '.json': async (path) => chatKindOf(await readBeginning(path)) ?? 'json',
  '.zip': async (path) => chatKindOf(await readBeginning(path)),
  '.txt': lookLikeTranscript,
  '.log': lookLikeTranscript,
  '.md': lookLikeTranscript,
}

/**
 * What a path is.
 *
 * @throws CascadeError SOURCE_UNREADABLE for what is not there, and for a file that is none of what is read by itself.
 */
export async function detectKind(path: string): Promise<SourceKind> {
  const real = await realpath(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  if ((await lstat(real)).isDirectory()) return (await firstOf(FOLDERS, real)) ?? 'folder'
  const kind = await FILES[extname(real).toLowerCase()]?.(real)
  if (kind) return kind
  throw new CascadeError(
    'SOURCE_UNREADABLE',
    `${path} is one file, and neither lines (.ndjson), a list (.json), an export of ChatGPT or Claude nor a transcript; name the folder that holds it and choose the file with --include (over HTTP \`include\`), or say what it is with --kind.`,
  )
}

async function firstOf(looks: readonly Look[], path: string): Promise<SourceKind | undefined> {
  for (const look of looks) {
    const kind = await look(path)
    if (kind) return kind
  }
  return undefined
}

/** Whose export the beginning of a file of conversations is. A name inside a text has its quotes escaped. */
const MARKS = [
  ['chatgpt', /(?<!\\)"mapping"\s*:\s*\{/],
  ['claude', /(?<!\\)"chat_messages"\s*:\s*\[/],
] as const

const chatKindOf = (beginning: string): 'chatgpt' | 'claude' | undefined =>
  MARKS.find(([, mark]) => mark.test(beginning))?.[0]

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(absent))?.isDirectory() ?? false
}

/** A working tree has `.git`, a linked one as a file; a bare repository has what `.git` holds. */
async function isRepository(folder: string): Promise<boolean> {
  const git = join(folder, '.git')
  const isLinked = (await lstat(git).catch(absent))?.isFile() ?? false
  return isLinked || (await holdsRepository(git)) || (await holdsRepository(folder))
}

async function holdsRepository(folder: string): Promise<boolean> {
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => lstat(join(folder, name)).catch(absent)))
  return parts.every((part) => part !== undefined)
}

function absent(error: unknown): undefined {
  if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
}
