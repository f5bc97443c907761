import { basename } from 'node:path'
import type { ImportItem, ImportSource, KnownFiles } from '../../domain/capsules/import/index.ts'
import { openRecordFiles } from './chat-files.ts'
import { FileSelection } from './file-selection.ts'
import { walkFolder } from './folder-walk.ts'

/** Stands for a file where what was left out is the folder as a folder. */
const FOLDER = '(folder)'
const NAMED_MAX = 3
/** Beyond these they are not counted. */
const NOTES_MAX = 1000
const OWNERS = { chatgpt: 'ChatGPT', claude: 'Claude' } as const
type ChatKind = keyof typeof OWNERS

export const isChatKind = (kind: string): kind is ChatKind => Object.hasOwn(OWNERS, kind)

/**
 * An export of chats that a folder was taken for because of its name alone: where notes lie beside the conversations, or
 * nothing was in those, its last item says what was assumed, why, and how the folder is read instead.
 */
export class AssumedChats implements ImportSource {
  readonly kind: ChatKind
  readonly root: string
  readonly #chats: ImportSource

  constructor(chats: ImportSource, kind: ChatKind) {
    this.kind = kind
    this.root = chats.root
    this.#chats = chats
  }

  totals(known: KnownFiles, signal: AbortSignal): AsyncIterable<number> {
    return this.#chats.totals(known, signal)
  }

  async *items(known: KnownFiles, signal: AbortSignal): AsyncGenerator<ImportItem, void, undefined> {
    let count = 0
    for await (const item of this.#chats.items(known, signal)) {
      count++
      yield item
    }
    const notes = await findNotes(this.root, signal)
    if (count > 0 && notes.length === 0) return
    yield { kind: 'skipped', path: FOLDER, reason: await this.#reason(notes, count > 0) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#chats[Symbol.asyncDispose]())
  }

  async #reason(notes: readonly string[], hasTurns: boolean): Promise<string> {
    await using found = await openRecordFiles(this.root)
    const taken = `the folder was taken for an export of ${OWNERS[this.kind]}, because of ${found.files[0]?.name} in it`
    const empty = hasTurns ? '' : ', which holds no turn of a conversation'
    return `${taken}${empty};${passedOver(notes)} --kind folder (over HTTP \`kind\`) reads it as a folder of files`
  }
}

function passedOver(notes: readonly string[]): string {
  if (notes.length === 0) return ''
  const count = notes.length > NOTES_MAX ? `more than ${NOTES_MAX}` : `${notes.length}`
  const named = notes.slice(0, NAMED_MAX).map((path) => JSON.stringify(basename(path)))
  const rest = notes.length > NAMED_MAX ? ' …' : ''
  return ` ${count} other ${notes.length === 1 ? 'document' : 'documents'} (${named.join(', ')}${rest}) passed over;`
}

/** What an export brings along itself: a page to look at it, data for programs, and what was sent to the chat. */
const OF_EXPORT = /\.(?:html?|json)$|(?:^|\/)file[-_][^/]*$/i

/** Documents that an import of the folder would read and an export would not hold. */
async function findNotes(root: string, signal: AbortSignal): Promise<readonly string[]> {
  const notes: string[] = []
  for await (const found of walkFolder(root, new FileSelection({}), signal)) {
    if (!('kind' in found) || found.kind.structure === 'code' || OF_EXPORT.test(found.path)) continue
    notes.push(found.path)
    if (notes.length > NOTES_MAX) break
  }
  return notes
}
