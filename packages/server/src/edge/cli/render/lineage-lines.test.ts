import type { LineageAnswer } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { commonLines, DRAWN_MAX, lineageLines, pathLines } from './lineage-lines.ts'

const idOf = (index: number) => `01939b3e-0000-7000-8000-${String(index).padStart(12, '0')}`
const AT = '2026-03-01T09:00:00.000Z'

const node = (index: number, depth = index): LineageAnswer['nodes'][number] => ({
  id: idOf(index),
  version: '1.0.0',
  title: `Capsule ${index}`,
  status: 'ACTIVE',
  trust: 60,
  depth,
  created_at: AT,
})

const edge = (from: number, to: number, current = true): LineageAnswer['edges'][number] => ({
  from: idOf(from),
  from_version: '1.0.0',
  to: idOf(to),
  version: '1.1.0',
  kind: 'DERIVED_FROM',
  reason: `${from} from ${to}`,
  timestamp: AT,
  current,
})

const graph = (count: number, edges: LineageAnswer['edges']): LineageAnswer => ({
  nodes: Array.from({ length: count }, (_, index) => node(index)),
  edges,
  truncated: false,
})

test('a diamond is drawn once, and its second way is a reference', () => {
  const diamond = graph(4, [edge(0, 1), edge(0, 2), edge(1, 3), edge(2, 3)])
  expect(lineageLines(diamond, idOf(0), 'ancestors', PLAIN_VIEW)).toEqual([
    `Capsule 0  ${idOf(0)}@1.0.0`,
    '',
    'Comes from',
    `├─ Capsule 1  ${idOf(1)}@1.1.0`,
    '│  0 from 1',
    `│  └─ Capsule 3  ${idOf(3)}@1.1.0`,
    '│     1 from 3',
    `└─ Capsule 2  ${idOf(2)}@1.1.0`,
    '   0 from 2',
    `   └─ (above) ${idOf(3)}`,
    '      2 from 3',
  ])
})

test('a capsule without relatives says so, in both directions', () => {
  expect(lineageLines(graph(1, []), idOf(0), 'both', PLAIN_VIEW)).toEqual([
    `Capsule 0  ${idOf(0)}@1.0.0`,
    '',
    'It derives from no other capsule.',
    '',
    'Nothing derives from it.',
  ])
})

test('a direction with nothing in it says how to look the other way', () => {
  const lines = lineageLines(graph(1, []), idOf(0), 'ancestors', PLAIN_VIEW)
  expect(lines.slice(2)).toEqual([
    'It derives from no other capsule.',
    '',
    `What came of it: ./cascade lineage ${idOf(0)} --direction descendants`,
  ])
})

test('a chain of thousands is cut, and the rest is counted', () => {
  const chain = graph(
    10_000,
    Array.from({ length: 9999 }, (_, index) => edge(index, index + 1)),
  )
  const lines = lineageLines(chain, idOf(0), 'ancestors', PLAIN_VIEW)
  expect(lines.length).toBeLessThan(40)
  expect(lines.at(-1)).toBe('… and 9,987 capsules more, further away')
})

test('a fan of hundreds is cut, and the rest is counted', () => {
  const fan = graph(
    501,
    Array.from({ length: 500 }, (_, index) => edge(index + 1, 0)),
  )
  const lines = lineageLines(fan, idOf(0), 'descendants', PLAIN_VIEW)
  expect(lines.filter((line) => line.includes('Capsule'))).toHaveLength(DRAWN_MAX + 1)
  expect(lines.at(-1)).toBe('… and 300 capsules more')
})

test('edges that lead in a circle are drawn to an end', () => {
  const circle = graph(2, [edge(0, 1), edge(1, 0)])
  expect(lineageLines(circle, idOf(0), 'ancestors', PLAIN_VIEW).join('\n')).toContain(`(above) ${idOf(0)}`)
})

test('low trust, past parents and a cut answer are named', () => {
  const answer = { ...graph(2, [edge(0, 1, false)]), truncated: true }
  const nodes = [node(0), { ...node(1), trust: 20, status: 'QUARANTINED' as const }]
  const text = lineageLines({ ...answer, nodes }, idOf(0), 'ancestors', PLAIN_VIEW).join('\n')
  expect(text).toContain('trust 20 QUARANTINE QUARANTINED')
  expect(text).toContain('0 from 1 (an older version did)')
  expect(text).toContain('The answer was cut at 2 capsules')
})

test('a path is a step a line', () => {
  expect(
    pathLines({ found: true, nodes: [node(0), node(1)], edges: [edge(0, 1)], truncated: false }, PLAIN_VIEW),
  ).toEqual([`Capsule 0  ${idOf(0)}@1.0.0`, '   ↑ derived from: 0 from 1', `Capsule 1  ${idOf(1)}@1.0.0`])
  expect(pathLines({ found: false, nodes: [], edges: [], truncated: false }, PLAIN_VIEW)).toEqual([
    'Neither derives from the other: there is no path.',
  ])
  expect(pathLines({ found: false, nodes: [], edges: [], truncated: true }, PLAIN_VIEW)).toEqual([
    'No path was found, but the lineage is too large to be walked to its end.',
  ])
})

test('common ancestors are told nearest first', () => {
  const lines = commonLines({ nearest: node(1), common: [node(1), node(2)], truncated: false }, PLAIN_VIEW)
  expect(lines.slice(0, 2)).toEqual(['Nearest', `  Capsule 1  ${idOf(1)}@1.0.0`])
  expect(lines.at(-1)).toBe(`  Capsule 2  ${idOf(2)}@1.0.0`)
  expect(commonLines({ nearest: null, common: [], truncated: false }, PLAIN_VIEW)).toEqual([
    'They derive from nothing in common.',
  ])
})
