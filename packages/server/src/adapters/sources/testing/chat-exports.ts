import { crc32, deflateRawSync } from 'node:zlib'

export interface TestMessage {
  readonly role?: string
  readonly text?: string
  readonly at?: number | null
  readonly parts?: readonly unknown[]
  readonly hidden?: boolean
  readonly recipient?: string
  readonly type?: string
}

/** A conversation of ChatGPT whose messages follow each other. */
export function chatgptConversation(
  id: string,
  messages: readonly TestMessage[],
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const nodes = messages.map((message, index) => [
    `${id}-${index}`,
    {
      id: `${id}-${index}`,
      parent: index === 0 ? `${id}-root` : `${id}-${index - 1}`,
      children: index === messages.length - 1 ? [] : [`${id}-${index + 1}`],
      message: messageOf(`${id}-${index}`, index, message),
    },
  ])
  const root = { id: `${id}-root`, parent: null, children: [`${id}-0`], message: null }
  return {
    title: `About ${id}`,
    create_time: 1_700_000_000.5,
    mapping: { [`${id}-root`]: root, ...Object.fromEntries(nodes) },
    current_node: `${id}-${messages.length - 1}`,
    conversation_id: id,
    ...more,
  }
}

function messageOf(id: string, index: number, message: TestMessage): Record<string, unknown> {
  const { role = index % 2 === 0 ? 'user' : 'assistant', text = `Message ${id}.`, parts = [text] } = message
  return {
    id,
    author: { role, name: null },
    create_time: message.at === undefined ? 1_700_000_000 + index : message.at,
    content: { content_type: message.type ?? 'text', parts },
    recipient: message.recipient ?? 'all',
    weight: 1,
    metadata: message.hidden ? { is_visually_hidden_from_conversation: true } : {},
  }
}

/** A conversation of Claude. */
export const claudeConversation = (id: string, texts: readonly string[]): Record<string, unknown> => ({
  uuid: id,
  name: `About ${id}`,
  created_at: '2025-03-01T09:00:00.000Z',
  chat_messages: texts.map((text, index) => ({
    uuid: `${id}-${index}`,
    text,
    content: [{ type: 'text', text }],
    sender: index % 2 === 0 ? 'human' : 'assistant',
    created_at: new Date(Date.UTC(2025, 2, 1, 9, index)).toISOString(),
    attachments: [],
    files: [],
  })),
})

/** A zip archive of the files, and what its directory is to say of their sizes where that is not the truth. */
export function zipOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  lies: Readonly<Record<string, number>> = {},
): Uint8Array {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const [bytes, path] = [Buffer.from(content), Buffer.from(name)]
    const packed = deflateRawSync(bytes)
    const size = lies[name] ?? bytes.length
    const local = Buffer.concat([localHeader(path, crc32(bytes), packed.length, size), path, packed])
    directory.push(Buffer.concat([entryHeader(path, crc32(bytes), packed.length, size, offset), path]))
    locals.push(local)
    offset += local.length
  }
  const entries = Buffer.concat(directory)
  return Buffer.concat([...locals, entries, endRecord(directory.length, entries.length, offset)])
}

const UTF_8_NAMES = 0x800
const DEFLATED = 8

function localHeader(name: Buffer, crc: number, packed: number, size: number): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(UTF_8_NAMES, 6)
  header.writeUInt16LE(DEFLATED, 8)
  header.writeUInt32LE(crc, 14)
  header.writeUInt32LE(packed, 18)
  header.writeUInt32LE(size, 22)
  header.writeUInt16LE(name.length, 26)
  return header
}

function entryHeader(name: Buffer, crc: number, packed: number, size: number, offset: number): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(20, 6)
  header.writeUInt16LE(UTF_8_NAMES, 8)
  header.writeUInt16LE(DEFLATED, 10)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(packed, 20)
  header.writeUInt32LE(size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt32LE(offset, 42)
  return header
}

function endRecord(entries: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x06054b50, 0)
  record.writeUInt16LE(entries, 8)
  record.writeUInt16LE(entries, 10)
  record.writeUInt32LE(size, 12)
  record.writeUInt32LE(offset, 16)
  return record
}
