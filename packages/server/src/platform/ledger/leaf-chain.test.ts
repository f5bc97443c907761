import { describe, expect, test } from 'vitest'
import { canonicalJson } from '#base'
import { type AnyRecord, LEAF_BYTES_MAX, type Leaf, leafText, toLeaf } from './leaf.ts'
import { CHAIN_START, followChain } from './leaf-chain.ts'
import { hashLeaf } from './merkle/index.ts'

const NOON = '2026-03-01T12:00:00.000Z'
const record: AnyRecord = {
  category: 'system',
  ...{ type: 'test.happened', actor: 'a', correlationId: 'c', subject: 'test/1' },
  ...{ digests: { content: 'd' }, payload: { said: 'ä' } },
}

const leafAt = (index: number, prev: Uint8Array, time = NOON): Leaf =>
  toLeaf(record, index, Buffer.from(prev).toString('hex'), time)

const first = leafAt(0, CHAIN_START.leafHash)
const before = { leafHash: hashLeaf(Buffer.from(leafText(first))), time: NOON }
const second = leafAt(1, before.leafHash)

/** What the chain says of bytes in the place of the second entry. */
function judge(source: string | Uint8Array, link: typeof before | undefined = before): string {
  const bytes = Buffer.from(source)
  const step = followChain({ bytes, leafHash: hashLeaf(bytes) }, 1, link)
  return step.ok ? 'ok' : step.reason
}

describe('an entry follows the one before', () => {
  test('and is what the next one follows from', () => {
    const bytes = Buffer.from(leafText(first))
    expect(followChain({ bytes, leafHash: hashLeaf(bytes) }, 0, CHAIN_START)).toEqual({ ok: true, link: before })
    expect(judge(leafText(second))).toBe('ok')
  })

  test('at the same time or later', () => {
    expect(judge(leafText({ ...second, time: '2026-03-01T12:00:00.001Z' }))).toBe('ok')
    expect(judge(leafText({ ...second, time: '2026-03-01T11:59:59.999Z' }))).toMatch(
      'is before 2026-03-01T12:00:00.000Z',
    )
  })

  test('unless it is the first that is looked at', () => {
    const apart = leafText({ ...second, prev: 'f'.repeat(64), time: '2020-01-01T00:00:00.000Z' })
    expect(judge(apart, undefined)).toBe('its prev is not the hash of the entry before')
    const bytes = Buffer.from(apart)
    expect(followChain({ bytes, leafHash: hashLeaf(bytes) }, 1, undefined)).toMatchObject({ ok: true })
  })
})

describe('no entry is', () => {
  const { type: _, ...untyped } = second
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  test.for<{ name: string; source: string | Uint8Array; reason: string }>([
    { name: 'nothing', source: '', reason: 'it is no JSON' },
    { name: 'a word', source: 'torn', reason: 'it is no JSON' },
    { name: 'half an entry', source: leafText(second).slice(0, -1), reason: 'it is no JSON' },
    { name: 'bytes that are not UTF-8', source: Uint8Array.of(0x22, 0xff, 0x22), reason: 'it is not UTF-8' },
    { name: 'a byte order mark before it', source: `\ufeff${leafText(second)}`, reason: 'it is no JSON' },
    { name: 'a list', source: '[]', reason: 'it has not the members of a leaf' },
    { name: 'null', source: 'null', reason: 'it has not the members of a leaf' },
    { name: 'a deep list', source: deep, reason: 'it has not the members of a leaf' },
    { name: 'a leaf without a member', source: canonicalJson(untyped), reason: 'it has not the members of a leaf' },
    {
      name: 'a leaf with one more',
      source: canonicalJson({ ...second, more: 1 }),
      reason: 'it has not the members of a leaf',
    },
    { name: 'a leaf of a later version', source: canonicalJson({ ...second, v: 2 }), reason: 'it has not the members' },
    {
      name: 'one with a list for a payload',
      source: canonicalJson({ ...second, payload: [] }),
      reason: 'it has not the',
    },
    { name: 'one that is too long', source: 'x'.repeat(LEAF_BYTES_MAX + 1), reason: 'it has 65536 bytes' },
    { name: 'another order of its members', source: JSON.stringify(second), reason: 'it is not the canonical JSON' },
    { name: 'white space', source: `${leafText(second)}\n`, reason: 'it is not the canonical JSON' },
    {
      name: 'a member twice',
      source: leafText(second).replace('{', '{"actor":"b",'),
      reason: 'it is not the canonical',
    },
    {
      name: 'an escape that need not be',
      source: leafText(second).replace('ä', '\\u00e4'),
      reason: 'it is not the canonical JSON',
    },
    {
      name: 'half a surrogate',
      source: leafText(second).replace('ä', '\\ud800'),
      reason: 'it is not the canonical JSON',
    },
    { name: 'another index', source: leafText({ ...second, index: 2 }), reason: 'its index is 2' },
    { name: 'another prev', source: leafText({ ...second, prev: '0'.repeat(64) }), reason: 'its prev is not the hash' },
    {
      name: 'a prev in capitals',
      source: leafText({ ...second, prev: second.prev.toUpperCase() }),
      reason: 'its prev is not the hash',
    },
    ...[
      '',
      'noon',
      '2026-03-01T12:00:00Z',
      '2026-02-30T12:00:00.000Z',
      '2026-03-01T12:00:00.000+00:00',
      '2026-03-01T24:00:00.000Z',
    ].map((time) => ({
      name: `a time of ${time}`,
      source: leafText({ ...second, time }),
      reason: `its time is "${time}"`,
    })),
  ])('$name', ({ source, reason }) => {
    expect(judge(source)).toMatch(reason)
  })
})
