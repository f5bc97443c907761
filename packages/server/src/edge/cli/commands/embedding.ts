import type { OperationId } from '@forge-cascade/contract'
import type { CommandSpec } from '../command-spec.ts'
import { embeddingLines } from '../render/embedding-lines.ts'
import { printAnswer } from './answer.ts'

type Operation = Extract<OperationId, `${string}Embedding`>

type Said = Pick<CommandSpec, 'summary' | 'description' | 'examples' | 'reads'>

/** Asks or decides, and shows how things stand after that. */
const embedding = (verb: string, operation: Operation, said: Said): CommandSpec => ({
  name: `embedding ${verb}`,
  ...said,
  run: async (context) => {
    const { answer, raw } = await (await context.openSession()).call(operation, {})
    await printAnswer(context, raw, () => embeddingLines(answer, context.screen.view))
    return 'ok'
  },
})

export const EMBEDDING_STATUS = embedding('status', 'getEmbedding', {
  summary: 'The model of the vectors, and how far its change is',
  description:
    'A change of the model begins by itself when another one is configured. Vectors are made anew in the background, newest first; questions are answered as before until all are there, and change over at once.',
  examples: [
    { line: 'embedding status', does: 'shows whose vectors there are, and how many' },
    { line: 'embedding status --json | jq .change.eta_s', does: 'prints how long it will still take' },
  ],
  reads: true,
})

export const EMBEDDING_START = embedding('start', 'startEmbedding', {
  summary: 'Begin a change of the model that was cancelled',
  description: 'Changes to the configured model what `embedding cancel` left with the old one.',
  examples: [{ line: 'embedding start', does: 'begins again' }],
})

export const EMBEDDING_PAUSE = embedding('pause', 'pauseEmbedding', {
  summary: 'Pause the change of the model',
  description: 'It stays paused over a restart. New texts go on getting both vectors.',
  examples: [{ line: 'embedding pause', does: 'leaves the processor to others' }],
})

export const EMBEDDING_RESUME = embedding('resume', 'resumeEmbedding', {
  summary: 'Go on with the change of the model',
  description: 'After a pause, or at once where it waits for an embedder or was stopped by one.',
  examples: [{ line: 'embedding resume', does: 'goes on where it was' }],
})

export const EMBEDDING_CANCEL = embedding('cancel', 'cancelEmbedding', {
  summary: 'Give the change of the model up',
  description:
    'The store stays with the model it has, also over a restart, until `embedding start` or another model. Refused where nothing here can make vectors of that model.',
  examples: [{ line: 'embedding cancel', does: 'stays with the old model' }],
})
