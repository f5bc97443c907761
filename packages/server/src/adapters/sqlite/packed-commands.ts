import { canonicalJson, isCascadeError } from '#base'
import type { CapsuleCreateChange, CapsuleDraft } from '#capsules'
import type { AnyRecord } from '#ledger'
import type { Change, Command, EventDraft } from '#store'
import { DraftReader, type PackedDraft, packBytes, packDraft } from './packed-draft.ts'

/** A record whose objects may be canonical JSON (RFC 8785) already. */
export type WritableRecord = Omit<AnyRecord, 'digests' | 'payload'> & {
  readonly digests: AnyRecord['digests'] | string
  readonly payload: AnyRecord['payload'] | string
}

/** An event whose data may be JSON already. */
export type WritableEvent = Omit<EventDraft, 'data'> & { readonly data: EventDraft['data'] | string }

/** A command as the writer takes it. */
export type WritableCommand = Omit<Command, 'records' | 'events'> & {
  readonly records: readonly WritableRecord[]
  readonly events: readonly WritableEvent[]
}

/**
 * Commands on their way to the writer. The names of members and many small buffers make up most of what copying a
 * creation between threads costs. So creations go by position, what the log says of them is text already, and their
 * bytes stand in one buffer that changes hands.
 */
export interface PackedCommands {
  readonly commands: readonly (PackedCommand | Command)[]
  readonly bytes: ArrayBuffer
}

type PackedCommand = readonly [
  id: string,
  bodyDigest: string | undefined,
  grant: Command['grant'],
  expected: Command['expected'],
  creations: readonly PackedDraft[],
  records: readonly PackedRecord[],
  events: readonly PackedEvent[],
  decision: Command['decision'],
  alongside: Command['alongside'],
]

type PackedRecord = readonly [
  category: AnyRecord['category'],
  type: string,
  actor: string,
  correlationId: string,
  subject: string,
  digests: string,
  payload: string,
]

type PackedEvent = readonly [type: string, subject: string, data: string]

/** Packs commands that create, or only tell, and do nothing else; all others, and those that no text can say, go as they are. */
export function packCommands(commands: readonly Command[]): PackedCommands {
  const drafts: CapsuleDraft[] = []
  const packed = commands.map((command) => {
    const { changes } = command
    if (!areCreations(changes)) return command
    const one = packCommand(command, changes)
    if (one) for (const { draft } of changes) drafts.push(draft)
    return one ?? command
  })
  return { commands: packed, bytes: packBytes(drafts) }
}

export function unpackCommands({ commands, bytes }: PackedCommands): WritableCommand[] {
  const drafts = new DraftReader(bytes)
  return commands.map((command) => (isPacked(command) ? unpackCommand(command, drafts) : command))
}

const areCreations = (changes: readonly Change[]): changes is readonly CapsuleCreateChange[] =>
  changes.every((change) => change.kind === 'capsule.create' && 'draft' in change)

const isPacked = (command: PackedCommand | Command): command is PackedCommand => Array.isArray(command)

/** Undefined for what canonical JSON cannot hold: the writer says so when the command has its turn. */
function packCommand(command: Command, creations: readonly CapsuleCreateChange[]): PackedCommand | undefined {
  const { id, bodyDigest, grant, expected, records, events, decision, alongside } = command
  try {
    const told = [records.map(packRecord), events.map(packEvent)] as const
    return [id, bodyDigest, grant, expected, creations.map(packDraft), ...told, decision, alongside]
  } catch (error) {
    if (isCascadeError(error)) return undefined
    throw error
  }
}

const packRecord = (record: AnyRecord): PackedRecord => {
  const { category, type, actor, correlationId, subject, digests, payload } = record
  return [category, type, actor, correlationId, subject, canonicalJson(digests), canonicalJson(payload)]
}

const packEvent = ({ type, subject, data }: EventDraft): PackedEvent => [type, subject, canonicalJson(data)]

function unpackCommand(packed: PackedCommand, drafts: DraftReader): WritableCommand {
  const [id, bodyDigest, grant, expected, creations, records, events, decision, alongside] = packed
  return {
    id,
    ...(bodyDigest === undefined ? {} : { bodyDigest }),
    grant,
    ...(expected === undefined ? {} : { expected }),
    ...(decision === undefined ? {} : { decision }),
    ...(alongside === undefined ? {} : { alongside }),
    changes: creations.map((creation) => drafts.read(creation)),
    records: records.map(unpackRecord),
    events: events.map(([type, subject, data]) => ({ type, subject, data })),
  }
}

const unpackRecord = (record: PackedRecord): WritableRecord => {
  const [category, type, actor, correlationId, subject, digests, payload] = record
  return { category, type, actor, correlationId, subject, digests, payload }
}
