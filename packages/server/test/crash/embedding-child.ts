import { readFileSync } from 'node:fs'
import { createUuidV7, systemClock, systemRandom } from '#base'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { Embedders } from '../../src/domain/capsules/embedding/index.ts'
import { MODEL_COLLECTION, ModelChange } from '../../src/domain/capsules/model-change/index.ts'
import { grantOf } from '../../src/platform/store/testing.ts'
import { type EmbeddingLeg, testEmbedder } from './embedding-leg.ts'

// Written by the test. Brings a change of the model forward until it is cut off, or to its end.
const leg = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as EmbeddingLeg
const options = { collections: [MODEL_COLLECTION], readers: 1, clock: systemClock }
await using store = await openSqliteStore({ directory: leg.directory, ...options })
const configured = testEmbedder(leg.model)
const embedders = new Embedders(configured)
const maintain = () => grantOf('system.maintain')
const change = await ModelChange.open(
  {
    ...{ store, embedders, configured, openFormer: testEmbedder, clock: systemClock },
    newId: createUuidV7(systemClock, systemRandom),
    warn: (message, fields) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  },
  maintain,
)
const { signal } = new AbortController()
for (let step = 0; ; step++) {
  if (step === leg.diesAt) setTimeout(() => process.kill(process.pid, 'SIGKILL'), leg.afterMs)
  if (await change.step(maintain, signal)) continue
  // Cut off later than there was something to do: it ends in the middle of nothing.
  if (leg.diesAt === null || step < leg.diesAt) break
}
