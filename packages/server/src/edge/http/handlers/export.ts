import type { ExportBroken, ExportLine } from '@forge-cascade/contract'
import { isCascadeError } from '#base'
import { exportLineage, exportStore, seenBy, toProvDocument } from '#capsules'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import { isnadPage } from '../pages/isnad-page.ts'
import { ISNAD_CSP } from '../pages/isnad-style.ts'
import { readIsnad } from '../present/isnad.ts'
import type { HandlerContext } from './handler-context.ts'

const HTML = 'text/html; charset=utf-8'

/** Taking knowledge away. */
export function exportHandlers({ capsules: all, version }: HandlerContext): HandlersFor<OperationsOf<'Export'>> {
  const instance = `forge-cascade ${version}`
  return {
    exportStore: async ({ query: { vectors }, call, signal }) => ({
      status: 200,
      lines: toLines(toldOfFailure(exportStore(await seenBy(all, call.subject), { instance, vectors, signal }))),
    }),
    getCapsulePage: async ({ params: { id }, call, query: { version: asked } }) => ({
      status: 200,
      file: {
        contentType: HTML,
        bytes: isnadPage(await readIsnad(await seenBy(all, call.subject), id, asked), all.clock()),
      },
      headers: { 'content-security-policy': ISNAD_CSP },
    }),
    getProv: async ({ params: { id }, call, signal }) => {
      const capsules = await seenBy(all, call.subject)
      const { lines, isCut } = await exportLineage(capsules, id, { instance, vectors: false, signal })
      return { status: 200, body: await toProvDocument(lines, { isCut }) }
    },
  }
}

/** Pieces of text are sent as they come; larger ones are fewer. */
const PIECE_CHARS = 64 * 1024

/** The status is sent before anything can fail, so the last line says what a problem document would. */
async function* toldOfFailure(
  lines: AsyncIterable<ExportLine>,
): AsyncGenerator<ExportLine | ExportBroken, void, undefined> {
  try {
    yield* lines
  } catch (error) {
    if (!isCascadeError(error)) throw error
    yield { kind: 'broken', code: error.code, detail: error.detail }
  }
}

async function* toLines(lines: AsyncIterable<ExportLine | ExportBroken>): AsyncGenerator<string, void, undefined> {
  let piece = ''
  for await (const line of lines) {
    piece += `${JSON.stringify(line)}\n`
    if (piece.length < PIECE_CHARS) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
