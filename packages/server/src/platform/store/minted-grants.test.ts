import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { Command } from './command.ts'
import { mintGrant } from './mint-grant.ts'
import { appendMinted } from './minted-grants.ts'
import { recordOf } from './testing.ts'

const fields = { decisionId: 'd', resource: '*', subject: 's', correlationId: 'c', reach: 'command' } as const
const command = (id: string, grant = mintGrant({ ...fields, action: 'capsule.create' })): Command => ({
  ...{ id, grant, changes: [], records: [], events: [] },
})
const done = (commands: readonly Command[]) =>
  commands.map(({ id }) => ({
    ok: true as const,
    committedAt: 1,
    receipt: {
      ...{ command_id: id, outcome: 'updated' as const, id: null, version: null, sequence: 0 },
      near_duplicates: [],
    },
  }))

test('commands that are forged or refused are answered in their place, and never reach the store', async () => {
  const reached: string[] = []
  const append = async (commands: readonly Command[]) => {
    reached.push(...commands.map(({ id }) => id))
    return done(commands)
  }
  const stop = new CascadeError('EMERGENCY_ACTIVE', 'An emergency is on.')
  // A copy has the type of a grant, and is none.
  const forgery = { ...mintGrant({ ...fields, action: 'capsule.create' as const }) }
  const all = [command('one'), command('two'), command('three', forgery), command('four')]
  const outcomes = await appendMinted(all, append, ({ id }) => (id === 'two' ? stop : undefined))
  expect(reached).toEqual(['one', 'four'])
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.receipt.command_id : outcome.error.code))).toEqual([
    ...['one', 'EMERGENCY_ACTIVE', 'FORBIDDEN', 'four'],
  ])
  expect((await appendMinted(all, append, () => stop)).every(({ ok }) => !ok)).toBe(true)
  expect(reached).toHaveLength(2)
})

test('rows ride with the first command under their grant that is written, once, and with none that changes nothing', async () => {
  const row = {
    kind: 'record.put',
    collection: 'people',
    key: 'k',
    value: {},
    expectedRevision: 0,
    expiresAt: null,
  } as const
  const grant = mintGrant({ ...fields, action: 'capsule.create' as const }, { alongside: () => [row] })
  const telling = (id: string): Command => ({ ...command(id, grant), records: [recordOf(grant)] })
  const reached: (readonly [string, number])[][] = []
  const append = async (commands: readonly Command[]) => {
    reached.push(commands.map(({ id, alongside }) => [id, alongside?.length ?? 0]))
    if (commands.some(({ id }) => id === 'broken')) throw new CascadeError('UNAVAILABLE', 'Not now.')
    const error = new CascadeError('CONFLICT', 'Too late.')
    return done(commands).map((outcome, at) =>
      commands[at]?.id.startsWith('late') ? { ok: false as const, error } : outcome,
    )
  }
  const all = [command('silent', grant), telling('late'), command('other'), telling('late too'), telling('written')]
  await expect(appendMinted([telling('broken')], append)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  const outcomes = await appendMinted([...all, telling('second')], append)
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, false, true, true])
  expect(reached).toEqual([
    [['broken', 1]],
    [['silent', 0]],
    [['late', 1]],
    [['other', 0]],
    [['late too', 1]],
    [['written', 1]],
    [['second', 0]],
  ])
})
