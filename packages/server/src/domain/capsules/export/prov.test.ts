import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSeeded } from '../../../platform/store/testing.ts'
import { openImportWorld, TestFolder } from '../import/testing.ts'
import { exportStore } from './export-store.ts'
import { type ProvOptions, toProvDocument } from './prov.ts'
import { RandomCapsules } from './testing.ts'

/** By the Python package `prov`, which the authors of PROV-JSON maintain. */
const READ_PROV = `
import json, sys
from prov.model import ProvDocument, ProvEntity, ProvDerivation, ProvAgent
document = ProvDocument.deserialize(sys.argv[1], format='json')
again = ProvDocument.deserialize(content=document.serialize(format='json'), format='json')
count = lambda kind: len(list(document.get_records(kind)))
print(json.dumps({'same': document == again, 'records': len(document.get_records()), 'entities': count(ProvEntity),
  'derivations': count(ProvDerivation), 'labels': sorted(set(str(label) for one in document.get_records(ProvAgent) for label in one.get_attribute('prov:label')))}))
`
/** The system's package is for the system's Python, which is not always the first one of PATH. */
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import prov.model']).status === 0)
const skipReason = python === undefined ? ' (needs python3 with the package prov)' : ''

async function makeDocument(marks: ProvOptions = {}) {
  const world = await openImportWorld()
  await new RandomCapsules(world, createSeeded(7)).grow(200)
  const options = { instance: 'test', vectors: false, signal: new AbortController().signal }
  return toProvDocument(exportStore(world.context, options), marks)
}

const sizeOf = (section: unknown): number => Object.keys(section ?? {}).length

test('everything that a statement names is told of, under a name that PROV allows', async () => {
  const document: Record<string, Record<string, Record<string, unknown>>> = JSON.parse(
    JSON.stringify(await makeDocument()),
  )
  const { prefix: _prefix, ...sections } = document
  const known = new Set(['entity', 'agent', 'activity'].flatMap((section) => Object.keys(sections[section] ?? {})))
  for (const name of known) expect(name).toMatch(/^(?:cap|act|agent):[0-9A-Za-z.-]*[0-9A-Za-z]$/)
  const relations = Object.entries(sections).filter(([section]) => /^was|Of$/.test(section))
  expect(relations.length).toBe(5)
  for (const [, statements] of relations)
    for (const [key, statement] of Object.entries(statements)) {
      expect(key).toMatch(/^_:[0-9a-f]+$/)
      for (const [member, value] of Object.entries(statement))
        if (/^prov:.*(?:ntity|gent|ctivity)$/.test(member)) expect(known).toContain(value)
    }
})

test.skipIf(python === undefined)(
  `the Python package prov reads it, and reads what it writes as the same${skipReason}`,
  async () => {
    using folder = new TestFolder()
    const document = await makeDocument({ isCut: true })
    const path = join(folder.path, 'prov.json')
    writeFileSync(path, JSON.stringify(document))
    const read = JSON.parse(execFileSync(python ?? '', ['-c', READ_PROV, path], { encoding: 'utf8' }))
    const sections: Record<string, unknown> = { ...document }
    expect(read).toMatchObject({
      same: true,
      entities: sizeOf(sections.entity),
      derivations: sizeOf(sections.wasDerivedFrom),
    })
    expect(read.labels).toEqual(expect.arrayContaining(["o'brien", 'Ada "L."']))
  },
)
