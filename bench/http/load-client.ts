import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadJob, LoadResult } from './load-job.ts'

/** `node:http` as most clients use it, or the least that a client can do: bytes made ready, on a socket. */
const SCRIPTS = {
  http: fileURLToPath(new URL('./load-process.ts', import.meta.url)),
  raw: fileURLToPath(new URL('./raw-process.ts', import.meta.url)),
} as const

/** Drives the load process. */
export class LoadClient implements AsyncDisposable {
  readonly #child: ChildProcess

  constructor(kind: keyof typeof SCRIPTS = 'http') {
    this.#child = fork(SCRIPTS[kind], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
  }

  /**
   * @param options.mayRefuse the caller counts refusals as what they are.
   * @throws Error when the server refused a request otherwise: a refusal is answered faster than work.
   */
  async run(job: LoadJob, { mayRefuse = false }: { readonly mayRefuse?: boolean } = {}): Promise<LoadResult> {
    this.#child.send(job)
    // The process answers each job with one of these two.
    const [answer] = (await once(this.#child, 'message')) as [{ result?: LoadResult; problem?: string }]
    if (!answer.result) throw new Error(`the load client failed: ${answer.problem}`)
    const { refusals, refused } = answer.result
    if (refusals > 0 && !mayRefuse) throw new Error(`${refusals} requests were refused: ${JSON.stringify(refused)}`)
    return answer.result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}
