import { messageOf } from '#base'
import type { Config } from '#config'
import { type DoctorFinding, fine, problem } from './finding.ts'

/** An address that says nothing within this is as good as unreachable. */
const ANSWER_MS_MAX = 5_000
const REFUSED: ReadonlySet<number> = new Set([401, 403])

/** Whether the configured embedding address answers; nothing of the content is sent. */
export async function checkEmbedding({ provider, url, model, api_key }: Config['embedding']): Promise<DoctorFinding> {
  if (provider === 'builtin') return fine('embedding', 'built in; no address is asked')
  const headers: Record<string, string> = api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }
  try {
    const { status } = await fetch(`${url.replace(/\/$/, '')}/models`, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    return REFUSED.has(status) ? keyRefused(url, status) : fine('embedding', `${url} answers; the model is ${model}`)
  } catch (error) {
    return unreachable(url, reasonOf(error))
  }
}

const unreachable = (url: string, why: string): DoctorFinding =>
  problem('embedding', `${url} does not answer: ${why}`, {
    means: 'Until it does, nothing new can be written, and questions are answered by words alone.',
    fix: 'Start the model server, or correct embedding.url; `embedding.provider: builtin` needs none.',
  })

const keyRefused = (url: string, status: number): DoctorFinding =>
  problem('embedding', `${url} refuses the key (${status})`, {
    means: 'Until it is right, nothing new can be written, and questions are answered by words alone.',
    fix: 'Set embedding.api_key (CASCADE_EMBEDDING_API_KEY), or the file of it.',
  })

/** `fetch` hides what happened in the cause of its error. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error)
