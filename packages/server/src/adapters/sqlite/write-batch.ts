import { CascadeError } from '#base'
import type { CapsuleChange } from '#capsules'
import { type Change, COVERS, type Receipt, type RecordDelete, type RecordPut } from '#store'
import { offloadCapsules, reloadCapsule } from './archive-writer.ts'
import { findCapsule, requireCapsule } from './capsule-rows.ts'
import { addVersion, type ChangeEffect, createCapsule, effectOn, FIRST_VERSION } from './capsule-writer.ts'
import { recomputeTrust } from './effective-trust-propagation.ts'
import { eraseCapsule } from './erase-writer.ts'
import { link, setStatus, setTrust, unlink } from './life-writer.ts'
import type { WritableCommand } from './packed-commands.ts'
import { checkGrantUnspent, findRepeated, writeReceipt } from './receipts.ts'
import { applyRecordChange } from './record-writer.ts'
import { changeSpaces } from './space-writer.ts'
import { type ErrorFields, isStorageFailure, toErrorFields } from './thread-errors.ts'
import type { SessionMark, WriteSession } from './write-session.ts'

/** As CommandOutcome, in a form that crosses threads. */
export type WrittenOutcome =
  | { readonly ok: true; readonly receipt: Receipt; readonly committedAt?: number }
  | { readonly ok: false; readonly error: ErrorFields }

/**
 * Carries out commands in one transaction: each wholly or not at all, all durable when this returns, and visible to
 * searches by vector.
 *
 * @throws CascadeError STORAGE_FULL or UNAVAILABLE when the whole batch did nothing; OUTCOME_UNKNOWN when the disk failed
 * while the batch was being made durable.
 */
export function writeBatch(session: WriteSession, commands: readonly WritableCommand[], now: number): WrittenOutcome[] {
  // As the log has it: a receipt written while the clock was behind does not expire when it is right again.
  session.now = session.leaves.timeOf(now)
  session.loadBands()
  try {
    return tryBatch(session, commands, attemptOpenly) ?? tryBatch(session, commands, attemptIsolated) ?? []
  } finally {
    session.staged.clear()
    session.names.committed()
    session.texts.committed()
  }
}

type Attempt = (session: WriteSession, command: WritableCommand) => WrittenOutcome | undefined

/** One transaction over all commands; undefined, and nothing done, when an attempt must be made otherwise. */
function tryBatch(
  session: WriteSession,
  commands: readonly WritableCommand[],
  attempt: Attempt,
): WrittenOutcome[] | undefined {
  const before = session.mark()
  try {
    session.database.exec('BEGIN IMMEDIATE')
    const outcomes: WrittenOutcome[] = []
    for (const command of commands) {
      const outcome = attempt(session, command)
      if (!outcome) {
        rollback(session, before)
        return undefined
      }
      outcomes.push(outcome)
    }
    commit(session)
    return outcomes
  } catch (error) {
    rollback(session, before)
    throw error
  }
}

function rollback(session: WriteSession, before: SessionMark): void {
  if (session.database.connection.isTransaction) session.database.exec('ROLLBACK')
  session.rollbackTo(before)
}

function commit(session: WriteSession): void {
  try {
    session.database.exec('COMMIT')
  } catch (error) {
    // Frames may have reached the disk before it failed: after a crash they could count as committed.
    if (isStorageFailure(error, 'io')) {
      throw new CascadeError('OUTCOME_UNKNOWN', 'the disk failed while the write was being made durable', {
        cause: error,
      })
    }
    throw error
  }
  const trouble = session.slots.publish(session.spaces.committed(), session.staged.slots())
  if (trouble !== undefined) session.settings.onTrouble(`the vector index: ${trouble}`)
}

/**
 * Without a savepoint, which most commands never need: rules are checked before anything is written. Undefined when a
 * command failed with half of its writes done.
 */
function attemptOpenly(session: WriteSession, command: WritableCommand): WrittenOutcome | undefined {
  const { writes } = session.database
  const mark = session.mark()
  try {
    return carryOut(session, command)
  } catch (error) {
    // A full or failing disk is everybody's matter: the whole batch is given up.
    if (isStorageFailure(error)) throw error
    if (session.database.writes !== writes) return undefined
    // Names that were made on the way stay, and so does what is known of them.
    session.rollbackTo({ ...mark, names: session.names.mark() })
    return { ok: false, error: toErrorFields(error) }
  }
}

function attemptIsolated(session: WriteSession, command: WritableCommand): WrittenOutcome {
  try {
    return session.isolated(() => carryOut(session, command))
  } catch (error) {
    if (isStorageFailure(error)) throw error
    return { ok: false, error: toErrorFields(error) }
  }
}

function carryOut(session: WriteSession, command: WritableCommand): WrittenOutcome {
  const first = findRepeated(session.database, command, session.now)
  return first ? { ok: true, receipt: first } : execute(session, command)
}

function execute(session: WriteSession, command: WritableCommand): WrittenOutcome {
  checkGrant(session, command)
  checkShape(command)
  checkExpected(session, command)
  const time = session.leaves.timeOf(session.now)
  const effects: ChangeEffect[] = []
  for (const change of command.changes) {
    const effect = apply(session, command, change, time)
    effects.push(effect)
    // What the command is about is there already: the rest of it has no object.
    if (effect.isTwin && effects.length === 1) return settleTwin(session, command, effects)
  }
  for (const row of [...(command.alongside ?? []), ...(command.decision?.keep ?? [])]) applyRecordChange(session, row)
  session.leaves.write(command, time)
  const receipt = toReceipt(session, command, effects)
  writeReceipt(session.database, command, receipt, session.now)
  const isTold = command.records.length > 0 || command.decision !== undefined
  return isTold ? { ok: true, receipt, committedAt: time } : { ok: true, receipt }
}

function settleTwin(session: WriteSession, command: WritableCommand, effects: readonly ChangeEffect[]): WrittenOutcome {
  const receipt = toReceipt(session, command, effects)
  writeReceipt(session.database, command, receipt, session.now)
  return { ok: true, receipt }
}

function checkGrant(session: WriteSession, command: WritableCommand): void {
  const covered = COVERS[command.grant.action]
  const refused = command.changes.find((change) => !covered.includes(change.kind))
  if (refused) {
    throw new CascadeError('FORBIDDEN', `a grant of ${command.grant.action} does not cover ${refused.kind}`)
  }
  checkGrantUnspent(session.database, command, session.now)
}

function checkShape({ changes, records, events }: WritableCommand): void {
  if (records.length === 0 && changes.length + events.length > 0) {
    throw new CascadeError('UNPROCESSABLE', 'no change and no event without a record of it')
  }
}

function checkExpected(session: WriteSession, { expected = {} }: WritableCommand): void {
  for (const [id, revision] of Object.entries(expected)) {
    const found = requireCapsule(session, id).revision
    if (found !== revision) {
      throw new CascadeError('REVISION_MISMATCH', `the capsule ${id} is at revision ${found}, not ${revision}`)
    }
  }
}

function apply(session: WriteSession, command: WritableCommand, change: Change, now: number): ChangeEffect {
  if (isRecordChange(change)) {
    applyRecordChange(session, change)
    return effectOn(null)
  }
  const known = asCapsuleChange(change)
  switch (known.kind) {
    case 'capsule.create':
      return createCapsule(session, known, now)
    case 'capsule.version':
      return addVersion(session, known, now)
    case 'capsule.status':
      return setStatus(session, known, now)
    case 'capsule.trust':
      return setTrust(session, known, command.grant.subject, now)
    case 'capsule.link':
      return link(session, known, now)
    case 'capsule.unlink':
      return unlink(session, known, now)
    case 'capsule.settle':
      return settle(session, known.ids)
    case 'space.open':
    case 'space.switch':
    case 'space.retire':
    case 'space.fill':
    case 'space.drop':
      changeSpaces(session, known)
      return effectOn(null)
    case 'capsule.erase':
      return eraseCapsule(session, known, now)
    case 'capsule.offload':
      return offloadCapsules(session, known, now)
    case 'capsule.reload':
      return reloadCapsule(session, known, now)
  }
}

/** Capsules that are gone need no settling. */
function settle(session: WriteSession, ids: readonly string[]): ChangeEffect {
  for (const id of ids) {
    const row = findCapsule(session.database, id)
    if (row) recomputeTrust(session, row.key)
  }
  return effectOn(null)
}

function toReceipt(session: WriteSession, command: WritableCommand, effects: readonly ChangeEffect[]): Receipt {
  const main = effects.find((effect) => effect.id !== null)
  const created = effects.some((effect) => effect.created && effect.id === main?.id)
  const isTwin = effects[0]?.isTwin === true
  return {
    command_id: command.id,
    outcome: isTwin ? 'existing' : created ? 'created' : 'updated',
    id: main?.id ?? null,
    version: main?.id ? versionOf(session, main, effects.length) : null,
    sequence: session.leaves.tail.index,
    near_duplicates: main?.nearDuplicates ?? [],
  }
}

/** The head's version after the command; a creation alone leaves no doubt about it. */
const versionOf = (session: WriteSession, { id, created }: ChangeEffect, effects: number): string =>
  created && effects === 1 ? FIRST_VERSION : requireCapsule(session, id ?? '').version

const isRecordChange = (change: Change): change is RecordPut | RecordDelete =>
  change.kind === 'record.put' || change.kind === 'record.delete'

// Changes are made by the ports' methods alone: what is no change of records has the shape that its kind says.
const asCapsuleChange = (change: Change): CapsuleChange => change as CapsuleChange
