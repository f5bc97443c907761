import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { ImportRequest } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { type ImportSource, PATH_BYTES_MAX, type SourceKind } from '../../domain/capsules/import/index.ts'
import { openCascadeSource } from './cascade-source.ts'
import { openChatSource } from './chat-source.ts'
import { detectKind } from './detect-kind.ts'
import { FileSelection } from './file-selection.ts'
import { FILE_BYTES_MAX, openFolderSource } from './folder-source.ts'
import { openGitSource } from './git-source.ts'
import { openNdjsonSource } from './ndjson-source.ts'
import { AssumedChats, isChatKind } from './passed-over.ts'
import type { TempArea } from './temp-area.ts'

export interface OpenSourceOptions {
  /** Larger files are skipped; never more than a capsule holds. */
  readonly fileBytesMax?: number
  readonly signal: AbortSignal
  /** Where folders lie that a source needs as long as it lives. */
  readonly temp: TempArea
}

/**
 * Opens what an import names.
 *
 * @param signal ends everything the source does, as long as it lives.
 * @throws CascadeError SOURCE_UNREADABLE; UNPROCESSABLE for a pattern that cannot be matched in bounded time.
 */
export async function openSource(request: ImportRequest, options: OpenSourceOptions): Promise<ImportSource> {
  const { path, history, include, exclude } = request
  if (!isAbsolute(path)) throw new CascadeError('SOURCE_UNREADABLE', `${path} is no absolute path.`)
  const selection = new FileSelection({ include, exclude })
  const fileBytesMax = Math.min(options.fileBytesMax ?? FILE_BYTES_MAX, FILE_BYTES_MAX)
  const kind = request.kind === 'auto' ? await detectKind(path) : request.kind
  const open: Readonly<Record<SourceKind, () => Promise<ImportSource>>> = {
    folder: () => openFolderSource(path, { selection, fileBytesMax }),
    git: () => openGitSource(path, { selection, history, fileBytesMax }, options),
    ndjson: () => openNdjsonSource(path),
    cascade: () => openCascade(request, options.signal),
    obsidian: () => openFolderSource(path, { selection, fileBytesMax, kind: 'obsidian' }),
    json: () => openChatSource(path, 'json'),
    chatgpt: () => openChatSource(path, 'chatgpt'),
    claude: () => openChatSource(path, 'claude'),
    transcript: () => openChatSource(path, 'transcript'),
  }
  const source = await requireShortRoot(await open[kind]())
  const isAssumed = request.kind === 'auto' && isChatKind(kind) && (await stat(source.root)).isDirectory()
  return isAssumed ? new AssumedChats(source, kind) : source
}

/** Members of a request that say what an export says itself. */
const SAID_BY_EXPORT = ['owner', 'identity', 'lane', 'fold', 'tags', 'include', 'exclude'] as const

function openCascade(request: ImportRequest, signal: AbortSignal): Promise<ImportSource> {
  const said = SAID_BY_EXPORT.filter((name) => request[name] !== undefined)
  if (said.length > 0)
    throw new CascadeError('UNPROCESSABLE', `An export says itself what ${said.join(', ')} would say; leave that out.`)
  return openCascadeSource(request.path, { acceptChanges: request.accept_changes ?? false }, signal)
}

async function requireShortRoot(source: ImportSource): Promise<ImportSource> {
  if (Buffer.byteLength(source.root) <= PATH_BYTES_MAX) return source
  await source[Symbol.asyncDispose]()
  throw new CascadeError('SOURCE_UNREADABLE', `The path has more than ${PATH_BYTES_MAX} bytes.`)
}
