import { createPrivateKey } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEd25519Signer, signNote } from '../../packages/server/src/platform/ledger/index.ts'
import { checkRecords } from './record-folder.ts'
import { checkSealed, IMMUTABLE, sealRecord } from './seal-record.ts'
import { filled, newFolders, newKey, read } from './testing.ts'
import { digestOf, recordText, type ValidationRecord } from './validation-record.ts'

const folder = newFolders()

describe('sealed evidence', () => {
  const keys = { privateKey: newKey(), keyName: 'release.example' }
  const sealed = () => sealedBy(keys.privateKey)
  function sealedBy(privateKey: string) {
    const { place, paths } = filled(folder())
    const { path, key } = sealRecord(place, paths[0]!, { ...keys, privateKey })
    return { place, path, key, paths }
  }

  test('is a copy that nobody writes, with a note that its key verifies', () => {
    const { place, path, key, paths } = sealed()
    expect(readFileSync(path)).toEqual(readFileSync(paths[0]!))
    for (const file of [path, `${path}.note`]) expect(statSync(file).mode & 0o777).toBe(0o444)
    expect(checkSealed(place, [key])).toEqual({ sealed: 1, broken: undefined })
    expect(checkRecords(place)).toMatchObject({ records: 4, broken: undefined })
  })

  test('is never written over', () => {
    const { place, path, paths } = sealed()
    const before = readFileSync(`${path}.note`, 'utf8')
    expect(() => sealRecord(place, paths[0]!, keys)).toThrow('EEXIST')
    expect(readFileSync(`${path}.note`, 'utf8')).toBe(before)
  })

  test.for<{ readonly name: string; readonly damage: (path: string) => void; readonly says: string }>([
    { name: 'another byte', damage: (path) => alter(path), says: 'it is not what was signed' },
    { name: 'another note', damage: (path) => alter(`${path}.note`), says: 'no named key signed its note' },
    { name: 'no note', damage: (path) => rmSync(`${path}.note`), says: 'it has no signed note' },
    { name: 'a note alone', damage: (path) => rmSync(path), says: 'a note about a record that is not there' },
  ])('with $name is named', ({ damage, says }) => {
    const { place, path, key } = sealed()
    damage(path)
    expect(checkSealed(place, [key]).broken?.reason).toContain(says)
  })

  test('that broke off before its record is gone on with, whatever draft was left', () => {
    const { place, path, key, paths } = sealed()
    const note = readFileSync(`${path}.note`, 'utf8')
    rmSync(path)
    for (const draft of [`${path}.draft`, `${path}.note.draft`]) writeFileSync(draft, 'cut o', { mode: 0o444 })
    expect(checkSealed(place, [key]).broken?.reason).toContain('seal the record again')
    expect(sealRecord(place, paths[0]!, keys)).toEqual({ path, key })
    expect(checkSealed(place, [key])).toEqual({ sealed: 1, broken: undefined })
    expect(readFileSync(`${path}.note`, 'utf8')).toBe(note)
  })

  test('that broke off before its note begins anew', () => {
    const { place, path, key, paths } = sealed()
    for (const file of [path, `${path}.note`]) rmSync(file)
    writeFileSync(`${path}.note.draft`, 'cut o', { mode: 0o444 })
    expect(checkSealed(place, [key])).toEqual({ sealed: 0, broken: undefined })
    sealRecord(place, paths[0]!, keys)
    expect(checkSealed(place, [key])).toEqual({ sealed: 1, broken: undefined })
    expect(readdirSync(join(place, IMMUTABLE)).filter((name) => name.endsWith('.draft'))).toEqual([])
  })

  test.for<{ readonly name: string; readonly note: (path: string) => void }>([
    { name: 'another key', note: (path) => writeFileSync(path, readFileSync(`${sealed().path}.note`)) },
    { name: 'nobody', note: (path) => writeFileSync(path, '') },
  ])('is not gone on with where the note is of $name', ({ note }) => {
    const { place, path, paths } = sealed()
    const other = newKey()
    rmSync(path)
    chmodSync(`${path}.note`, 0o644)
    note(`${path}.note`)
    const before = readFileSync(`${path}.note`, 'utf8')
    const given = { ...keys, privateKey: other }
    expect(() => sealRecord(place, paths[0]!, given)).toThrow('EEXIST')
    expect(readFileSync(`${path}.note`, 'utf8')).toBe(before)
    expect(existsSync(path)).toBe(false)
  })

  test('of another key is named', () => {
    expect(checkSealed(sealed().place, [sealed().key]).broken).toBeUndefined()
    const [{ place }, { key }] = [sealed(), sealedBy(newKey())]
    expect(checkSealed(place, [key]).broken?.reason).toBe('no named key signed its note')
  })

  test('is looked at without a key as well, but for who signed it', () => {
    const [sound, damaged, other] = [sealed(), sealed(), sealed()]
    expect(checkSealed(sound.place, [])).toEqual({ sealed: 1, broken: undefined })
    alter(damaged.path)
    expect(checkSealed(damaged.place, []).broken?.reason).toBe('it is not what was signed')
    chmodSync(`${other.path}.note`, 0o644)
    writeFileSync(`${other.path}.note`, 'a text')
    expect(checkSealed(other.place, []).broken?.reason).toBe('its note is none')
  })

  const forged = (record: ValidationRecord): string =>
    recordText({
      ...record,
      metrics: record.metrics.map((metric) => ({ ...metric, summary: { ...metric.summary, median: 0.5 } })),
    })

  test.for<{ readonly name: string; readonly damage: (paths: readonly string[]) => void; readonly says: string }>([
    {
      name: 'whose median is another',
      damage: ([, second]) => writeFileSync(second!, forged(read(second!))),
      says: 'the numbers of "append" do not follow from its samples; what follows it is no evidence',
    },
    {
      name: 'before which one has another median',
      damage: ([first]) => writeFileSync(first!, forged(read(first!))),
      says: 'the numbers of "append" do not follow from its samples; what follows it is no evidence',
    },
    {
      name: 'before which one is missing',
      damage: ([first]) => rmSync(first!),
      says: 'the record before it is missing',
    },
  ])('is not made of a record $name', ({ damage, says }) => {
    const { place, paths } = filled(folder())
    damage(paths)
    expect(() => sealRecord(place, paths[1]!, keys)).toThrow(says)
    expect(existsSync(join(place, IMMUTABLE))).toBe(false)
  })

  test('is made of a record that holds, whatever came after it', () => {
    const { place, paths } = filled(folder())
    writeFileSync(paths[2]!, '{')
    const { key } = sealRecord(place, paths[1]!, keys)
    for (const path of paths) rmSync(path)
    expect(checkSealed(place, [key])).toEqual({ sealed: 1, broken: undefined })
  })

  test('with a median that does not follow from its samples is named, whoever signed it', () => {
    const { place, path, key } = sealed()
    const text = forged(read(path))
    const signer = createEd25519Signer(keys.keyName, createPrivateKey(keys.privateKey))
    const note = signNote(`cascade-validation/v1\n${basename(path)}\n${digestOf(text)}\n`, [signer])
    for (const file of [path, `${path}.note`]) chmodSync(file, 0o644)
    writeFileSync(path, text)
    writeFileSync(`${path}.note`, note)
    expect(checkSealed(place, [key]).broken).toEqual({
      file: `${IMMUTABLE}/${basename(path)}`,
      reason: 'the numbers of "append" do not follow from its samples',
    })
  })

  test('is made of records alone', () => {
    const { place } = filled(folder())
    const other = join(place, 'other.json')
    writeFileSync(other, '{}')
    expect(() => sealRecord(place, other, keys)).toThrow('is no record')
    expect(existsSync(join(place, IMMUTABLE))).toBe(false)
  })

  function alter(path: string): void {
    chmodSync(path, 0o644)
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path, bytes)
  }
})
