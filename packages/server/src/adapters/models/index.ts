export { openOpenAiEmbedder } from './openai-embedder.ts'
export type { OpenAiEmbedderOptions, Sleep } from './openai-options.ts'
export { openBuiltinEmbedder, type WorkerEmbedderOptions } from './worker-embedder.ts'
