import { expect, test } from 'vitest'
import { createCosigner, formatNoteSignature, hasMlDsa44, parseNote } from '../note/index.ts'
import { newEd25519, newMlDsa44 } from '../note/testing.ts'
import { addCosignatures, cosignersOf, signaturesBy } from './cosigned-note.ts'
import { mostCosigned, newestCosigned } from './cosigned-notes.ts'
import { readSubmission } from './submission.ts'
import { ForkedLog } from './testing.ts'

const log = new ForkedLog('log.example/1', 9)
const { note } = log.checkpoint(9)
const text = parseNote(note)!.text
const TIME = 1_800_000_000
const cosigners = ['one.example', 'two.example'].map((name) => createCosigner(name, newEd25519()))
const [one, two] = [cosigners[0]!, cosigners[1]!]
const lineOf = (cosigner: typeof one, of = text, time = TIME): string => formatNoteSignature(cosigner.cosign(of, time))

test.for([
  { name: 'nothing', answer: '' },
  { name: 'words', answer: 'ok\n' },
  { name: 'a line of a key that nobody knows', answer: lineOf(createCosigner('one.example', newEd25519())) },
  { name: 'a cosignature of another tree', answer: lineOf(one, parseNote(log.checkpoint(8).note)!.text) },
  { name: 'a cosignature that says no time', answer: lineOf(one, text, 0) },
  { name: 'a cosignature that is cut', answer: `${lineOf(one).slice(0, -10)}\n` },
  { name: 'a cosignature without its newline', answer: lineOf(one).slice(0, -1) },
  { name: 'a whole other note', answer: `other\n\n${lineOf(one)}` },
])('$name is no cosignature', ({ answer }) => {
  expect(addCosignatures(note, answer, [one.key])).toBeUndefined()
})

test('cosignatures are added to what others signed, each key once, and lines of strangers are left out', () => {
  const first = addCosignatures(note, lineOf(one) + lineOf(createCosigner('x.example', newEd25519())), [one.key])!
  const both = addCosignatures(first, lineOf(two), [two.key])!
  const again = addCosignatures(both, lineOf(one, text, TIME + 60), [one.key])!
  expect(parseNote(again)?.signatures.map(({ name }) => name)).toEqual([log.origin, 'two.example', 'one.example'])
  expect([...cosignersOf(again, [one.key, two.key])].map(([{ name }, time]) => [name, time])).toEqual([
    ['one.example', TIME + 60],
    ['two.example', TIME],
  ])
})

test.runIf(hasMlDsa44())('a witness with keys of two kinds adds a line of each', () => {
  const later = createCosigner('one.example', newMlDsa44())
  const made = addCosignatures(note, lineOf(one) + lineOf(later), [one.key, later.key])!
  expect(parseNote(made)?.signatures).toHaveLength(3)
  expect(cosignersOf(made, [one.key, later.key]).size).toBe(2)
})

test('of a note that came with much else the lines of the log alone are kept', () => {
  const busy = note + lineOf(one) + lineOf(two)
  expect(signaturesBy(busy, log.keys)).toBe(note)
  const body = Buffer.from(`old 0\n\n${busy}`)
  const read = readSubmission(body, new Map([[log.origin, { origin: log.origin, keys: log.keys }]]))
  expect(read.kind === 'signed' && read.submission.note).toBe(note)
})

test('the newest is chosen of those with enough witnesses, and for a proof the one with most that covers it', () => {
  const of = (size: number, ...witnesses: readonly string[]) => ({ ...log.checkpoint(size), witnesses })
  const kept = [of(3, 'a', 'b', 'c'), of(5, 'a', 'b'), of(8, 'b')]
  const newest = (witnesses: number) => newestCosigned(kept, { witnesses, size: 0 })?.size
  expect([1, 2, 3, 4].map(newest)).toEqual([8, 5, 3, undefined])
  expect([0, 3, 4, 5, 6, 8, 9].map((size) => mostCosigned(kept, size)?.size)).toEqual([3, 3, 5, 5, 8, 8, undefined])
})
