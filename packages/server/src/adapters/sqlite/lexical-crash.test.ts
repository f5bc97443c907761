import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { childProgram } from '../../../test/child-program.ts'
import { WordsModel } from '../../domain/capsules/testing/words-model.ts'
import { campaign, createSeeded } from '../../platform/store/testing.ts'
import type { Part } from './lexical/index.ts'
import { ALL_PARTS, IndexUnderTest } from './lexical/testing.ts'
import { INDEX_WORDS, textOfVersion } from './testing/index-texts.ts'
import { createFolders } from './testing.ts'

const folder = createFolders()
const KILLS = campaign(8, 150)
/** After so many kills another file is begun: small indexes and large ones are both hit. */
const KILLS_PER_FILE = 15

test(`killed ${KILLS} times while segments are made, merged and purged, answers are those of an index made anew`, {
  timeout: 600_000,
}, async () => {
  const random = createSeeded(19)
  const phases = new Map<string, number>()
  let [file, compared] = ['', 0]
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % KILLS_PER_FILE === 0) file = newFile()
    const phase = await workUntilKilled(file, kill + 1, random() * 400)
    phases.set(phase, (phases.get(phase) ?? 0) + 1)
    compared += compare(file, random)
  }
  expect(compared).toBeGreaterThan(KILLS)
  // A kill may hit any phase, and over a campaign it hits them all; building is merging as well.
  if (KILLS > 100) expect([...phases.keys()].sort()).toEqual(['build', 'install', 'stage', 'write'])
})

function newFile(): string {
  const directory = folder()
  mkdirSync(directory)
  return join(directory, 'index.db')
}

/** What the child had begun last, some milliseconds after its first write. */
async function workUntilKilled(file: string, seed: number, lifeMs: number): Promise<string> {
  const script = childProgram(new URL('testing/index-child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, file, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let phase = ''
  let timer: NodeJS.Timeout | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    phase = line
    timer ??= setTimeout(() => child.kill('SIGKILL'), lifeMs)
  }
  clearTimeout(timer)
  await exited
  return phase
}

/** Opens what is left as the next start would, and compares answers with counting everything; how many there were. */
function compare(file: string, random: () => number): number {
  const under = new IndexUnderTest(file)
  under.open()
  const model = new WordsModel<number>()
  for (const { version, part } of under.database.all<{ version: number; part: Part }>('SELECT * FROM truth')) {
    model.write(version, textOfVersion(version))
    model.parts[part].add(version)
  }
  let compared = 0
  for (let question = 0; question < 6; question++) {
    const text = Array.from({ length: 5 }, () => INDEX_WORDS[Math.floor(random() ** 2 * 90)]).join(' ')
    for (const parts of ALL_PARTS) {
      // As documents are ranked: scores that are equal in single precision stand in the order of their numbers.
      const ranked = ({ score }: { readonly score: number }): number => Math.fround(score)
      const found = under.search(text, parts, 20).map(ranked)
      expect(found).toEqual(model.search(text, parts).slice(0, 20).map(ranked))
      compared += found.length
    }
  }
  under.database.close()
  return compared
}
