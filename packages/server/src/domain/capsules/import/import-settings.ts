import type { ImportRequest } from '@forge-cascade/contract'
import type { Grant } from '#store'
import type { CapsuleContext } from '../use-cases/context.ts'
import type { DocumentReader } from './document.ts'
import type { DocumentConverter } from './document-converter.ts'

/** Everything about an import that is the same for all its files. */
export interface ImportSettings {
  readonly context: CapsuleContext
  readonly reader: DocumentReader
  readonly converter: DocumentConverter
  readonly grant: Grant<'import.run'>
  readonly jobId: string
  readonly root: string
  /** True where notes are linked to each other and have tags in their text. */
  readonly isVault: boolean
  /** Subject ids. */
  readonly owner: string
  readonly author: string
  readonly trust: number
  readonly request: Pick<ImportRequest, 'identity' | 'lane' | 'fold' | 'tags' | 'trust'>
}

export const scopeOf = ({ owner, request }: ImportSettings) => ({
  owner,
  identity: request.identity ?? null,
  lane: request.lane ?? null,
  fold: request.fold ?? null,
})
