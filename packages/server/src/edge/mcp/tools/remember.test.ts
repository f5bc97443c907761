import { capsule } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import { type HttpWorld, openHttpWorld } from '../../http/testing.ts'
import type { ToolCall } from '../connection.ts'
import { remember } from './remember.ts'

/** Calls over HTTP of an owner that leaves during each change: before it, or after it. */
const leaving = (world: HttpWorld, when: 'before' | 'after'): ToolCall => ({
  perform: async (id, { params, body, ifMatch }) => {
    const url = `/v2/capsules/${params?.id}`
    if (id === 'getCapsule') return (await world.send('GET', url)).json()
    if (when === 'after') await world.send('PUT', url, { body, headers: { 'if-match': ifMatch } })
    throw new CascadeError('OUTCOME_UNKNOWN', 'The owner left.')
  },
  scope: {},
  author: { kind: 'agent', name: 'test' },
  mark: () => 'mark',
  now: 0,
})

async function openWithCapsule() {
  const world = await openHttpWorld()
  const body = { content: 'Nine years.', type: 'knowledge' }
  const { id } = capsule.parse((await world.send('POST', '/v2/capsules', { body })).json())
  return { world, input: { content: 'Ten years.', type: 'knowledge' as const, replaces: { id, version: '1.0.0' } } }
}

test('a replacement that was written while the owner left is told as written', async () => {
  const { world, input } = await openWithCapsule()
  await using _ = world
  const { structured } = await remember(input, leaving(world, 'after'))
  expect(structured).toMatchObject({ outcome: 'updated', version: '1.1.0' })
})

test('one that was not written, or of which nobody can tell, is told as unknown', async () => {
  const { world, input } = await openWithCapsule()
  await using _ = world
  await expect(remember(input, leaving(world, 'before'))).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
})
