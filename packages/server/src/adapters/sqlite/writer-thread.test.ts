import { expect, test } from 'vitest'
import type { CapsuleDraft } from '#capsules'
import type { Command } from '#store'
import { draftOf, parentOf } from '../../domain/capsules/testing.ts'
import { tellCreated } from '../../domain/capsules/use-cases/tell.ts'
import { commandOf, grantOf } from '../../platform/store/testing.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { createFolders, openTestStore } from './testing.ts'

const folder = createFolders()

function creationOf(store: SqliteStore, draft: CapsuleDraft): Command {
  const grant = grantOf('capsule.create')
  return commandOf(grant, [store.capsules.create(grant, draft, 'none')], tellCreated(grant, draft, '1.0.0'))
}

const withFunction = (command: Command): Command => ({
  ...command,
  events: [{ type: 'a', subject: 'b', data: { value: () => 1 } }],
})

test('a value that no thread can be handed fails alone, and what rests on its neighbours still comes after them', async () => {
  await using store = await openTestStore(folder())
  // More than one transaction: the second is sent before the first is answered.
  const drafts = Array.from({ length: 520 }, () => draftOf({}))
  drafts[510] = draftOf({ parents: [parentOf(drafts[499]!.id)] })
  const commands = drafts.map((draft, at) => {
    const command = creationOf(store, draft)
    return at === 3 ? withFunction(command) : command
  })
  const outcomes = await store.append(commands)
  const failed = outcomes.flatMap((outcome, at) => (outcome.ok ? [] : [[at, outcome.error.code]]))
  expect(failed).toEqual([[3, 'UNPROCESSABLE']])
  const sequences = outcomes.flatMap((outcome) => (outcome.ok ? outcome.receipt.sequence : []))
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
})

test('a command that is nothing but such a value is refused with nothing sent beside it', async () => {
  await using store = await openTestStore(folder())
  const [outcome] = await store.append([withFunction(creationOf(store, draftOf({})))])
  expect(outcome?.ok === false && outcome.error.code).toBe('UNPROCESSABLE')
})
