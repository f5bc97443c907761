import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { campaign, createSeeded } from '../../src/platform/store/testing.ts'
import { noteCampaign } from '../note-campaign.ts'
import { LogWitness } from './examine-log.ts'
import { type Kill, runKilledLog } from './killed-log.ts'
import { type LedgerLeg, type LedgerStep, POINTS, type Point } from './ledger-leg.ts'

/** Folders; the log of each is cut off once at every point, in another order, and some times at a moment of chance. */
const FOLDERS = campaign(2, 80)
const RANDOM_KILLS = campaign(1, 6)
/** A process comes by its point so often at most before it dies there. */
const VISITS = 4
/** A start compares the log with all that is known after so many kills; the start of the next process is one after each. */
const KILLS_PER_LOOK = campaign(4, 1)
/** Entries at once: few, and now and then enough for a tile or two. */
const FEW = 6
const MANY = 300
const MANY_SHARE = 0.08
const STEPS = 12
const TEST_MS_MAX = campaign(240_000, 1_800_000)

const root = mkdtempSync(join(tmpdir(), 'cascade-ledger-crash-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

type Death = { readonly point: Point } | { readonly kill: Kill }

/** The key is made once, and first; the rest comes in any order. */
function drawDeaths(random: () => number): readonly Death[] {
  const [drafted, named, ...others] = POINTS
  const rest: Death[] = others.map((point) => ({ point }))
  for (let at = 0; at < RANDOM_KILLS; at++) rest.push({ kill: drawKill(random) })
  const order = rest.map((death) => ({ death, place: random() })).toSorted((a, b) => a.place - b.place)
  return [{ point: drafted }, { point: named }, ...order.map(({ death }) => death)]
}

function drawStep(random: () => number): LedgerStep {
  const entries = 1 + Math.floor(random() * (random() < MANY_SHARE ? MANY : FEW))
  const drawn = random()
  if (drawn < 0.2) return { entries, signs: 'not' }
  return { entries, signs: drawn < 0.5 ? 'beside' : 'after' }
}

function drawKill(random: () => number): Kill {
  if (random() < 0.2) return { after: 'start', ms: 60 + random() * 200 }
  return { after: 'lines', count: 1 + Math.floor(random() * 30), ms: random() * 25 }
}

describe(`the process of a signed log is killed ${FOLDERS * (POINTS.length + RANDOM_KILLS)} times`, () => {
  test.concurrent.for(Array.from({ length: FOLDERS }, (_, seed) => ({ seed })))(
    'folder $seed: nothing acknowledged is lost, and nothing that was signed is taken back',
    { timeout: TEST_MS_MAX },
    async ({ seed }) => {
      const random = createSeeded(7000 + seed)
      const places = { directory: join(root, String(seed), 'data'), mirror: join(root, String(seed), 'mirror') }
      const witness = new LogWitness(places)
      const deaths = drawDeaths(random)
      for (const [at, death] of deaths.entries()) {
        const startedAt = performance.now()
        const leg = { ...places, steps: Array.from({ length: STEPS }, () => drawStep(random)) }
        const name =
          'point' in death ? await dieAt(leg, death.point, random, witness) : await die(leg, death.kill, witness)
        // Never after the first kill: whoever opens the folder makes the key that is missing, and the next process does that.
        const isLook = at > 0 && (at % KILLS_PER_LOOK === 0 || at === deaths.length - 1)
        const checks = isLook ? await witness.examine() : witness.examineFolder()
        noteCampaign(`kill -9 of a signed log, ${name}`, { runs: 1, checks, ms: performance.now() - startedAt })
      }
    },
  )
})

type Place = Omit<LedgerLeg, 'death'>

async function dieAt(leg: Place, point: Point, random: () => number, witness: LogWitness): Promise<string> {
  // A start makes one key, and comes by the other points whenever it signs.
  const number = point.includes('the key') ? 0 : Math.floor(random() * VISITS)
  // Nobody else kills it: that it was killed says that it came there.
  witness.hear(await runKilledLog({ ...leg, death: { point, number } }))
  return point
}

async function die(leg: Place, kill: Kill, witness: LogWitness): Promise<string> {
  witness.hear(await runKilledLog({ ...leg, death: null }, kill))
  return 'at any moment'
}
