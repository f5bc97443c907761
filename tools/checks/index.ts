import { architecture } from './architecture.ts'
import type { Check } from './check.ts'
import { deadCode } from './dead-code.ts'
import { documents } from './documents.ts'
import { format } from './format.ts'
import { generated } from './generated.ts'
import { packages } from './packages.ts'
import { types } from './types.ts'
import { words } from './words.ts'

/** What `npm run check` runs; a name can be given to run one alone (`npm run check -- types`). */
export const CHECKS: Readonly<Record<string, Check>> = {
  format,
  types,
  architecture,
  'dead-code': deadCode,
  words,
  packages,
  documents,
  generated,
}
