import { expect, test } from 'vitest'
import { isCascadeError } from '#base'
import type { Command, Receipt } from '#store'
import { codeOf, noteOf } from '../../platform/store/testing.ts'
import { GroupCommit, QUEUE_COMMANDS_MAX } from './group-commit.ts'
import type { WrittenOutcome } from './write-batch.ts'

/** A writer that answers when it is told to. */
function createWriter() {
  const batches: (readonly Command[])[] = []
  const answers: (() => void)[] = []
  const send = (commands: readonly Command[]): Promise<WrittenOutcome[]> => {
    batches.push(commands)
    return new Promise((resolve) => answers.push(() => resolve(commands.map(accepted))))
  }
  const answer = async (): Promise<void> => {
    answers.shift()?.()
    await turn()
  }
  return { batches, send, answer }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function accepted(command: Command): WrittenOutcome {
  const receipt: Receipt = {
    command_id: command.id,
    outcome: 'updated',
    id: null,
    version: null,
    sequence: 0,
    near_duplicates: [],
  }
  return { ok: true, receipt }
}

const open = (writer: ReturnType<typeof createWriter>) =>
  new GroupCommit({ clock: () => 1, send: writer.send, commandsMax: 256, waitMs: 0 })

const notes = (count: number): Command[] => Array.from({ length: count }, () => noteOf())

test('what is asked in one turn of the event loop is one transaction, what comes meanwhile the next', async () => {
  const writer = createWriter()
  const commits = open(writer)
  const first = [commits.enqueue(notes(1)), commits.enqueue(notes(2))]
  await turn()
  const second = [commits.enqueue(notes(1)), commits.enqueue(notes(1))]
  await turn()
  expect(writer.batches.map((batch) => batch.length)).toEqual([3])
  await writer.answer()
  expect(writer.batches.map((batch) => batch.length)).toEqual([3, 2])
  await writer.answer()
  expect((await Promise.all([...first, ...second])).map((outcomes) => outcomes.length)).toEqual([1, 2, 1, 1])
})

test('bulk and others take turns, and bulk is kept short beside them', async () => {
  const writer = createWriter()
  const commits = open(writer)
  const pending = [commits.enqueue(notes(1000)), commits.enqueue(notes(1))]
  await turn()
  for (let round = 0; round < 4; round++) {
    pending.push(commits.enqueue(notes(1)))
    await writer.answer()
  }
  expect(writer.batches.slice(0, 4).map((batch) => batch.length)).toEqual([1, 200, 2, 200])
  while (commits.waiting > 0) await writer.answer()
  await writer.answer()
  await Promise.all(pending)
})

test('bulk alone has its next transaction at the writer before the first is done, and no more than that', async () => {
  const writer = createWriter()
  const commits = open(writer)
  const bulk = [commits.enqueue(notes(1000)), commits.enqueue(notes(1000))]
  await turn()
  // Each in a turn of the event loop of its own, for packing one takes milliseconds.
  expect(writer.batches.map((batch) => batch.length)).toEqual([500])
  await turn()
  expect(writer.batches.map((batch) => batch.length)).toEqual([500, 500])
  const one = commits.enqueue(notes(1))
  await writer.answer()
  expect(writer.batches).toHaveLength(2)
  await writer.answer()
  expect(writer.batches.slice(2).map((batch) => batch.length)).toEqual([1])
  while (commits.waiting > 0) await writer.answer()
  await writer.answer()
  expect((await Promise.all([...bulk, one])).map((outcomes) => outcomes.length)).toEqual([1000, 1000, 1])
})

test('beyond its bound the queue refuses, and what is in it is carried out', async () => {
  const writer = createWriter()
  const commits = open(writer)
  const pending = [commits.enqueue(notes(1))]
  await turn()
  const many = notes(1000)
  for (let count = 0; count < QUEUE_COMMANDS_MAX; count += many.length) pending.push(commits.enqueue(many))
  expect(await codeOf(async () => commits.enqueue(notes(1)))).toBe('UNAVAILABLE')
  while (commits.waiting > 0) await writer.answer()
  await writer.answer()
  expect((await Promise.all(pending)).flat().every(({ ok }) => ok)).toBe(true)
})

test('many callers are told a few at a time', async () => {
  const writer = createWriter()
  const commits = open(writer)
  let told = 0
  const calls = Array.from({ length: 64 }, () => commits.enqueue(notes(1)).then(() => told++))
  await turn()
  await writer.answer()
  expect(told).toBeGreaterThan(0)
  expect(told).toBeLessThan(64)
  await Promise.all(calls)
})

test('closing waits for what was taken and takes nothing more', async () => {
  const writer = createWriter()
  const commits = open(writer)
  const taken = commits.enqueue(notes(1))
  const closed = commits.close()
  expect(await codeOf(async () => commits.enqueue(notes(1)))).toBe('UNAVAILABLE')
  await turn()
  await writer.answer()
  await closed
  expect((await taken).every(({ ok }) => ok)).toBe(true)
})

test('a batch that could not be sent is refused as a whole, with its reason', async () => {
  const failing = new GroupCommit({
    clock: () => 1,
    send: () => Promise.reject(new Error('gone')),
    commandsMax: 256,
    waitMs: 0,
  })
  const [outcome] = await failing.enqueue(notes(1))
  expect(outcome?.ok === false && isCascadeError(outcome.error) && outcome.error.code).toBe('INTERNAL')
})
