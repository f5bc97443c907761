import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '#base'
import type { CapsuleDraft } from '#capsules'
import type { Command } from '#store'
import { draftOf } from '../../domain/capsules/testing.ts'
import { noteOf } from '../../platform/store/testing.ts'
import { packCommands, unpackCommands, type WritableCommand } from './packed-commands.ts'
import { packOutcomes, unpackOutcomes } from './packed-outcomes.ts'
import type { WrittenOutcome } from './write-batch.ts'

const creationOf = (fields: Partial<CapsuleDraft>): Command => {
  const change = { kind: 'capsule.create', draft: draftOf(fields), dedupe: 'scope' } as const
  return { ...noteOf(), changes: [change] }
}

/** Over the border between threads and back, with the buffer handed over. */
const sent = (commands: readonly Command[]): WritableCommand[] => {
  const packed = packCommands(commands)
  return unpackCommands(structuredClone(packed, { transfer: [packed.bytes] }))
}

/** A command with its texts as the log and the outbox will have them. */
const asWritten = ({ records, events, ...command }: WritableCommand) => ({
  ...command,
  records: records.map(({ digests, payload, ...record }) => ({
    ...record,
    digests: asText(digests),
    payload: asText(payload),
  })),
  events: events.map(({ data, ...event }) => ({ ...event, data: asText(data) })),
})

const asText = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value))

test('rows that ride with a creation cross the border with it', () => {
  const row = {
    kind: 'record.put',
    collection: 'people',
    key: 'k',
    value: {},
    expectedRevision: 0,
    expiresAt: null,
  } as const
  const [command] = sent([{ ...creationOf({}), alongside: [row] }])
  expect(command?.alongside).toEqual([row])
})

test('what canonical JSON cannot hold goes as it is, between neighbours that are packed', () => {
  const bad = { ...creationOf({}), events: [{ type: 'a', subject: 'b', data: { big: 1n } }] }
  const commands = [creationOf({ content: 'one' }), bad, creationOf({ content: 'two' })]
  expect(packCommands(commands).commands.map((command) => Array.isArray(command))).toEqual([true, false, true])
  expect(sent(commands)[1]).toEqual(bad)
  expect(sent(commands).flatMap(({ changes }) => changes)).toEqual(commands.flatMap(({ changes }) => changes))
})

test('a command that does more than create goes as it is', () => {
  const mixed = { ...creationOf({}), changes: [...creationOf({}).changes, { kind: 'record.put' } as const] }
  expect(sent([noteOf(), mixed]).map(({ changes }) => changes.length)).toEqual([0, 2])
})

test('commands arrive as they were sent, with bytes of any length', () => {
  const bytes = (max: number) => fc.uint8Array({ maxLength: max })
  const fields = fc.record(
    {
      content: fc.string({ unit: 'binary', minLength: 1 }),
      title: fc.option(fc.string()),
      tags: fc.array(fc.string()),
      metadata: fc.dictionary(fc.string(), fc.jsonValue()),
      place: fc.option(fc.string()),
      partOf: fc.option(fc.record({ id: fc.uuid(), place: fc.string(), index: fc.nat() })),
      validFrom: fc.option(fc.nat()),
      indexed: fc.boolean(),
      embedding: fc.option(fc.record({ model: fc.string(), vector: fc.float32Array({ minLength: 1, noNaN: true }) })),
      minhash: fc.option(fc.uint16Array({ minLength: 1, maxLength: 40 })),
      bands: fc.array(fc.double({ noNaN: true })),
      digestKey: bytes(35),
    },
    { requiredKeys: [] },
  )
  const law = fc.property(
    fc.array(fields, { maxLength: 5 }),
    fc.option(fc.string(), { nil: undefined }),
    (all, digest) => {
      const commands = all.map((one) => ({
        ...creationOf(one),
        ...(digest === undefined ? {} : { bodyDigest: digest }),
      }))
      expect(sent(commands).map(asWritten)).toEqual(commands.map(asWritten))
    },
  )
  fc.assert(law)
})

test('outcomes come back under the ids of their commands', () => {
  const commands = [noteOf(), noteOf(), noteOf()]
  const receipt = { outcome: 'created', id: 'x', version: '1.0.0', sequence: 7 } as const
  const error = {
    code: 'CONFLICT',
    detail: 'd',
    errors: [],
    extensions: {},
    retryAfterS: undefined,
    cause: undefined,
  } as const
  const outcomes: WrittenOutcome[] = [
    { ok: true, receipt: { command_id: commands[0]!.id, ...receipt, near_duplicates: [{ id: 'y', similarity: 0.9 }] } },
    { ok: false, error },
    { ok: true, receipt: { command_id: commands[2]!.id, ...receipt, near_duplicates: [] }, committedAt: 5 },
  ]
  expect(unpackOutcomes(structuredClone(packOutcomes(outcomes)), commands)).toEqual(outcomes)
})
