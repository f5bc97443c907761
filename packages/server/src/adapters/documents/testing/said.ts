import type { DocumentFormat } from '../../../domain/capsules/import/index.ts'
import { convertDocument } from '../convert/convert-document.ts'

/** What a conversion says: the Markdown without its head, or why there is none. */
export async function said(bytes: Uint8Array, format: DocumentFormat): Promise<string> {
  const content = await convertDocument(bytes, format)
  return 'text' in content ? content.text.replace(/^---\n.*?\n---\n/s, '').trimEnd() : content.unfit
}

export const DAMAGED = 'it is damaged or cut off'

/** A paragraph of a Word document. */
export const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`

export const zeros = (mib: number): Uint8Array => new Uint8Array(mib * 1024 * 1024)
