import { CascadeError, canonicalJson, sha256Hex } from '#base'
import type { CommandIdentity } from '#capsules'

export const KEY_LENGTH_MAX = 200
const KEY = new RegExp(`^[\\x21-\\x7e]{1,${KEY_LENGTH_MAX}}$`)
const COMMAND_ID_LENGTH = 32

/** What a request asks for, as far as a repetition must equal it. */
export interface RepeatableRequest {
  readonly subject: string
  /** Id of the operation. */
  readonly route: string
  readonly params: Readonly<Record<string, unknown>>
  /** As it was sent, before any default. */
  readonly body: unknown
}

/**
 * The key of a request.
 *
 * @throws CascadeError VALIDATION_FAILED unless it is 1-200 visible ASCII characters.
 */
export function parseIdempotencyKey(header: unknown): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && KEY.test(header)) return header
  throw new CascadeError('VALIDATION_FAILED', 'The header Idempotency-Key is not 1 to 200 visible ASCII characters.', {
    errors: [
      { pointer: '#/header/idempotency-key', code: 'invalid_format', message: '1 to 200 visible ASCII characters' },
    ],
  })
}

/** The id of the command at `line` (0 for a request that is no batch) of the request with this key: the same every time. */
export const commandId = (subject: string, route: string, key: string, line = 0): string =>
  sha256Hex(canonicalJson([subject, route, key, line])).slice(0, COMMAND_ID_LENGTH)

/** Tells a repetition from another request under the same key: what it is about and what it says. */
export const bodyDigest = (params: Readonly<Record<string, unknown>>, body: unknown): string =>
  sha256Hex(canonicalJson(Object.keys(params).length === 0 ? (body ?? null) : [params, body ?? null]))

/** The identity of a request's command: from its key, or a fresh one that nothing repeats. */
export function identify(
  key: string | undefined,
  { subject, route, params, body }: RepeatableRequest,
  newId: () => string,
): CommandIdentity {
  if (key === undefined) return { id: newId().replaceAll('-', '') }
  return { id: commandId(subject, route, key), bodyDigest: bodyDigest(params, body) }
}

/** Commands being carried out by this process. A second request for one of them is told to wait. */
export class InFlight {
  readonly #commands = new Set<string>()

  get size(): number {
    return this.#commands.size
  }

  /** @throws CascadeError IN_FLIGHT while the same command is under way. */
  enter(id: string): Disposable {
    if (this.#commands.has(id)) {
      throw new CascadeError('IN_FLIGHT', 'The first request with this Idempotency-Key is still being answered.')
    }
    this.#commands.add(id)
    return { [Symbol.dispose]: () => void this.#commands.delete(id) }
  }
}
