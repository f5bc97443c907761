import { setImmediate as nextTurn } from 'node:timers/promises'
import { ERRORS, type ErrorCode, type OpenApiDocument, openApiSteps, ROUTES } from '@forge-cascade/contract'
import { CascadeError, lazy } from '#base'
import type { ProbeResult } from '#boot'
import { findSamples } from '../../../home.ts'
import type { File, HandlersFor, OperationsOf } from '../handler.ts'
import { findAsset } from '../pages/assets.ts'
import { Documents } from '../pages/documents.ts'
import { errorIndexPage, errorPage } from '../pages/error-page.ts'
import { referencePage } from '../pages/reference-page.ts'
import { CSP_PAGE } from '../security-headers.ts'
import type { HandlerContext } from './handler-context.ts'

const HTML = 'text/html; charset=utf-8'
/** Pages and their parts are the same until the program is another one; a day is short enough for that. */
const CACHED = { 'cache-control': 'public, max-age=86400' } as const
const PAGE_HEADERS = { 'content-security-policy': CSP_PAGE, 'cache-control': 'no-cache' } as const

/** What answers without a token. */
export function probeHandlers({ health, metrics, version }: HandlerContext): HandlersFor<OperationsOf<'Probes'>> {
  // Made when somebody asks: at the start it would keep the first answer waiting, and most instances never show it.
  const document = lazy(() => describe(version))
  const description = lazy(async () => JSON.stringify(await document()))
  const documents = new Documents(findSamples())
  const reference = lazy(async () => referencePage(ROUTES, await document(), { version }))
  return {
    health: async () => probe(await health.ready()),
    healthReady: async () => probe(await health.ready()),
    healthLive: () => probe(health.live()),
    healthStartup: () => probe(health.startup()),
    metrics: async () => {
      const { contentType, body } = await metrics.render()
      return { status: 200, file: { contentType, bytes: body } }
    },
    openapi: async () => ({
      status: 200,
      file: { contentType: 'application/json; charset=utf-8', bytes: await description() },
    }),
    reference: async () => page(await reference()),
    referenceAsset: ({ params: { asset } }) => ({ status: 200, file: asset200(asset), headers: CACHED }),
    errorIndex: () => page(errorIndexPage()),
    errorPage: ({ params: { code } }) => page(errorPage(codeOf(code))),
    favicon: () => ({ status: 200, file: asset200('icon.svg'), headers: CACHED }),
    llmsText: async () => ({ status: 200, file: there(await documents.findLlmsText()), headers: CACHED }),
    document: async ({ params: { page } }) => ({
      status: 200,
      file: there(await documents.find(page)),
      headers: CACHED,
    }),
    documentOfFolder: async ({ params: { folder, page } }) => ({
      status: 200,
      file: there(await documents.find(`${folder}/${page}`)),
      headers: CACHED,
    }),
    home: () => ({ status: 302, headers: { location: '/reference' } }),
  }
}

/** The description of all routes; other requests have their turn between two of them. */
async function describe(version: string): Promise<OpenApiDocument> {
  const steps = openApiSteps(ROUTES, { version })
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    await nextTurn()
  }
}

function probe(result: ProbeResult) {
  return { status: result.status === 'failed' ? 503 : 200, body: result } as const
}

const page = (html: string) =>
  ({ status: 200, file: { contentType: HTML, bytes: html }, headers: PAGE_HEADERS }) as const

function asset200(name: string): File {
  const asset = findAsset(name)
  if (!asset) throw new CascadeError('NOT_FOUND', 'The reference page has no such part.')
  return asset
}

function there(file: File | undefined): File {
  if (!file) throw new CascadeError('NOT_FOUND', 'The documentation has no such page; /llms.txt lists all.')
  return file
}

function codeOf(text: string): ErrorCode {
  // Object.hasOwn: a name such as `constructor` is no code.
  if (!Object.hasOwn(ERRORS, text)) throw new CascadeError('NOT_FOUND', 'No error has this code; /errors lists all.')
  return text as ErrorCode // a key of the catalogue
}
