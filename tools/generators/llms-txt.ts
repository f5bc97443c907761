import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { llmsText } from '../../packages/server/src/edge/http/index.ts'
import type { Generator } from './generator.ts'

/** What an instance serves at `/llms.txt`, for whoever reads the repository. */
export const llmsTxt: Generator = {
  path: 'llms.txt',
  write: () => llmsText(readFileSync(join(import.meta.dirname, '../../docs/README.md'), 'utf8')),
}
