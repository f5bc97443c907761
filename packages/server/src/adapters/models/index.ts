export { openOpenAiEmbedder } from './openai-embedder.ts'
export type { OpenAiEmbedderOptions, Sleep } from './openai-options.ts'
export { openStaticEmbedder } from './static/open-static-embedder.ts'
export type { WorkerEmbedderOptions } from './worker-embedder.ts'
