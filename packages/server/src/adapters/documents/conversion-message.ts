import type { ConversionRequest, SourceText } from '../../domain/capsules/import/index.ts'

/** One document on its way to the thread, which has one at a time. */
export type ConversionQuestion = Pick<ConversionRequest, 'bytes' | 'format'>

/** Its Markdown or why it has none, or what went wrong on the way. */
export type ConversionAnswer = { readonly content: SourceText } | { readonly problem: string }
