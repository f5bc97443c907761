import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { Command } from './command.ts'
import { mintGrant } from './mint-grant.ts'
import { appendMinted } from './minted-grants.ts'

const fields = { decisionId: 'd', resource: '*', subject: 's', correlationId: 'c', reach: 'command' } as const
const command = (id: string, grant = mintGrant({ ...fields, action: 'capsule.create' })): Command => ({
  ...{ id, grant, changes: [], records: [], events: [] },
})
const done = (commands: readonly Command[]) =>
  commands.map(({ id }) => ({
    ok: true as const,
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
