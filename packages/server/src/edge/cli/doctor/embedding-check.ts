import { messageOf } from '#base'
import type { Config } from '#config'
import type { CliIo } from '../cli-io.ts'
import { type DoctorFinding, fine, problem, warning } from './finding.ts'

/** An address that says nothing within this is as good as unreachable. */
const ANSWER_MS_MAX = 5_000

const MEANS = 'Until that is mended, nothing new can be written, and questions are answered by words alone.'
const FOLDER_FIX =
  'Correct embedding.folder or install the runtime; `embedding.provider: builtin` needs neither. docs/concepts/embedding.md has both step by step.'
const URL_FIX = 'Correct embedding.url; `embedding.provider: builtin` needs none.'
const KEY_HELP = { means: MEANS, fix: 'Set embedding.api_key (CASCADE_EMBEDDING_API_KEY), or the file of it.' }
const BUSY_HELP = {
  means: 'The provider takes no more for a while; what is written then is refused.',
  fix: 'Wait, or look at the limits of the account.',
}
const NO_LIST_HELP = {
  means: 'Either the server does not list its models, or the address is not that of its interface.',
  fix: 'See that a write works; if not, correct embedding.url, which mostly ends in /v1.',
}

/** What a status says about the address, by the first row that holds it. */
const VERDICTS: readonly {
  readonly is: (status: number) => boolean
  readonly tell: (url: string, status: number) => DoctorFinding
}[] = [
  {
    is: (status) => status === 401 || status === 403,
    tell: (url, status) => bad(`${url} refuses the key (${status})`, KEY_HELP),
  },
  { is: (status) => status === 404, tell: (url) => odd(`${url} has no list of models (404)`, NO_LIST_HELP) },
  { is: (status) => status === 429, tell: (url) => odd(`${url} has had too many requests (429)`, BUSY_HELP) },
  {
    is: (status) => status < 200 || status >= 300,
    tell: (url, status) =>
      bad(`${url} answers with the status ${status}`, {
        means: MEANS,
        fix: `Look at the log of that server. ${URL_FIX}`,
      }),
  },
]

/** Whether what makes the vectors is there: the folder of a model fits and can be run, or the address answers. */
export function checkEmbedding(
  settings: Config['embedding'],
  describe: CliIo['describeEmbedder'],
): Promise<DoctorFinding> {
  return settings.provider === 'openai' ? checkAddress(settings) : checkModel(settings, describe)
}

async function checkModel(
  { provider, folder }: Config['embedding'],
  describe: CliIo['describeEmbedder'],
): Promise<DoctorFinding> {
  try {
    const { model, dimensions, runtime } = await describe(provider === 'onnx' ? folder : undefined)
    const how = runtime === null ? 'built in' : `run by ${runtime} from ${folder}`
    return fine('embedding', `${model}, ${dimensions} numbers a text, ${how}; no address is asked`)
  } catch (error) {
    return bad(messageOf(error), { means: 'The instance does not start until that is mended.', fix: FOLDER_FIX })
  }
}

/** Whether the configured embedding address answers as such an interface does; nothing of the content is sent. */
async function checkAddress({ url, model, api_key }: Config['embedding']): Promise<DoctorFinding> {
  const headers: Record<string, string> = api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }
  try {
    const {
      status,
      headers: told,
      body,
    } = await fetch(`${url.replace(/\/$/, '')}/models`, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    await body?.cancel()
    const verdict = VERDICTS.find(({ is }) => is(status))
    if (verdict !== undefined) return verdict.tell(url, status)
    return /json/i.test(told.get('content-type') ?? '')
      ? fine('embedding', `${url} answers; the model is ${model}`)
      : bad(`${url} answers with something else than JSON`, { means: MEANS, fix: URL_FIX })
  } catch (error) {
    return bad(`${url} does not answer: ${reasonOf(error)}`, {
      means: MEANS,
      fix: `Start the model server. ${URL_FIX}`,
    })
  }
}

type Help = { readonly means: string; readonly fix: string }
const bad = (detail: string, help: Help): DoctorFinding => problem('embedding', detail, help)
const odd = (detail: string, help: Help): DoctorFinding => warning('embedding', detail, help)

/** The code of what happened, and no more: messages of `fetch` may repeat the key. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it broke off'
  if (error.name === 'TimeoutError') return `nothing within ${ANSWER_MS_MAX / 1000} s`
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed'
}
