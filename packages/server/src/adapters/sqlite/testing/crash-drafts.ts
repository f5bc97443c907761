import type { Command } from '#store'
import { createCommand, draftOf } from '../../../domain/capsules/testing.ts'
import type { Store } from '../../../domain/store.ts'
import { commit, createSeeded, pick } from '../../../platform/store/testing.ts'

const WORDS = ['ember', 'harbour', 'lantern', 'meadow', 'north', 'quarry', 'river', 'signal', 'timber', 'winter']

/** Commands that touch every table: text of all lengths, tags, vectors, parents of those before. */
export function createCommands(store: Store, seed: number): () => Command {
  const random = createSeeded(seed)
  const made: string[] = []
  return () => {
    const content = Array.from({ length: 20 + Math.floor(random() * 400) }, () => pick(random, WORDS)).join(' ')
    const draft = draftOf({
      content: `${content} ${made.length}`,
      tags: [pick(random, WORDS), 'crash'],
      embedding: { model: 'crash', vector: Float32Array.from({ length: 16 }, () => random() - 0.5) },
      parents: made.length > 0 ? [{ id: pick(random, made), version: '1.0.0', reason: 'derived', at: 1000 }] : [],
    })
    made.push(draft.id)
    return createCommand(store, draft)
  }
}

/** Clients that create until the process is killed, and print the id of each capsule once it has its receipt. */
export async function ingestUntilKilled(store: Store, seed: number, clients: number): Promise<void> {
  const ingest = async (client: number): Promise<never> => {
    const next = createCommands(store, seed * clients + client)
    for (;;) {
      const receipt = await commit(store, next())
      process.stdout.write(`${receipt.id}\n`)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, client) => ingest(client)))
}
