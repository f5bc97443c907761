import { z } from 'zod'
import { type Clock, messageOf } from '#base'
import { DeliveryFailure, type MeshDelivery, type MeshSink, type SinkKind } from '#mesh'
import type { CascadeEvent } from '#store'
import { remarksOn, type SinkSecrets, secretInFile, secretInVariable } from '../sinks/sink-secrets.ts'
import { type AllowedTargets, TargetRefused } from './allowed-targets.ts'
import { type PostedAnswer, postGuarded } from './post-guarded.ts'
import { parseWebhookKey, signWebhook, type WebhookKey } from './webhook-keys.ts'

/** An event with all that it says, where that is kept elsewhere. */
export type Completed = (event: CascadeEvent) => Promise<CascadeEvent>

export interface WebhookSinkOptions extends SinkSecrets {
  readonly targets: AllowedTargets
  readonly completed: Completed
  readonly clock: Clock
  /** Of this program, as it tells it to receivers. */
  readonly version: string
}

const keysMax = 4
const place = z.string().min(1).max(4096)
const places = z.union([place, z.array(place).min(1).max(keysMax)]).transform((given) => [given].flat())

const options = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address that begins with https:// or http://' })
      .max(2048)
      .refine((text) => isWithoutUser(text), { error: 'expected an address without a name and a password in it' })
      .describe('Where events are posted to.'),
    key_file: places
      .optional()
      .describe('File with a key of Standard Webhooks, or several while one takes the place of another.'),
    key_env: places.optional().describe('Variable of the environment with such a key.'),
  })
  .refine(({ key_file, key_env }) => key_file !== undefined || key_env !== undefined, {
    error: 'expected key_file or key_env: what is sent is signed',
  })

const isWithoutUser = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && url.username === '' && url.password === ''
}

/** Longest that a receiver may have us wait at once. */
const RETRY_AFTER_MAX_MS = 3_600_000
const RETRY_AFTER_DEFAULT_MS = 30_000
/** The receiver has too much to do; others of the 5xx are troubles of its own. */
const SLOW_DOWN: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Posts events to an address, signed by the convention of Standard Webhooks, and to no address that nobody meant. */
export function webhookSink(parts: WebhookSinkOptions): SinkKind<typeof options> {
  return {
    kind: 'webhook',
    options,
    open: ({ name, options: { url, key_file = [], key_env = [] } }) => {
      const keys = [
        ...key_file.map((path) => keyInFile(parts, path)),
        ...key_env.map((variable) => keyInVariable(parts, variable)),
      ]
      return new WebhookSink(name, new URL(url), keys, parts)
    },
    look: ({ url, key_file = [], key_env = [] }) => [
      ...remarksOn('problem', 'url', () => parts.targets.requireLiteral(new URL(url).hostname)),
      ...key_file.flatMap((path) => remarksOn('problem', 'key_file', () => keyInFile(parts, path))),
      ...key_env.flatMap((variable) => remarksOn('warning', 'key_env', () => keyInVariable(parts, variable))),
    ],
  }
}

const WHAT = 'a key of a webhook'
const keyInFile = (parts: SinkSecrets, path: string): WebhookKey =>
  parseWebhookKey(secretInFile(parts, path, WHAT), `The key in ${path}`)
const keyInVariable = (parts: SinkSecrets, name: string): WebhookKey =>
  parseWebhookKey(secretInVariable(parts, name, WHAT), `The key in ${name}`)

class WebhookSink implements MeshSink {
  readonly kind = 'webhook'
  readonly name: string
  readonly #url: URL
  readonly #keys: readonly WebhookKey[]
  readonly #parts: WebhookSinkOptions

  constructor(name: string, url: URL, keys: readonly WebhookKey[], parts: WebhookSinkOptions) {
    this.name = name
    this.#url = url
    this.#keys = keys
    this.#parts = parts
  }

  async deliver({ event, signal }: MeshDelivery): Promise<void> {
    const { clock, completed, targets, version } = this.#parts
    const body = JSON.stringify(await completed(event))
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': `forge-cascade/${version}`,
      ...signWebhook(this.#keys, event.id, clock(), body),
    }
    let answer: PostedAnswer
    try {
      answer = await postGuarded(this.#url, targets, { headers, body, signal })
    } catch (error) {
      // Whoever stopped it knows why.
      signal.throwIfAborted()
      const detail = `${this.#url.origin} could not be reached: ${messageOf(error)}`
      if (error instanceof TargetRefused) throw new DeliveryFailure('permanent', error.message, { cause: error })
      throw new DeliveryFailure('retryable', detail, { cause: error })
    }
    this.#judge(answer)
  }

  #judge({ status, retryAfter }: PostedAnswer): void {
    if (status >= 200 && status < 300) return
    const told = `${this.#url.origin} answered ${status}`
    if (status === 410) throw new DeliveryFailure('permanent', `${told}: it wants no more events`)
    if (status >= 300 && status < 400)
      throw new DeliveryFailure('permanent', `${told}: redirects are not followed; name the address that it leads to`)
    if (SLOW_DOWN.has(status) && (status === 429 || retryAfter !== undefined))
      throw new DeliveryFailure('slow down', told, { retryAfterMs: waitOf(retryAfter, this.#parts.clock()) })
    throw new DeliveryFailure('retryable', told)
  }
}

/** Milliseconds that Retry-After (RFC 9110, 10.2.3) asks for: seconds, or a date. */
function waitOf(text: string | undefined, now: number): number {
  const seconds = /^\d{1,9}$/.test(text?.trim() ?? '') ? Number(text) * 1000 : undefined
  const until = text === undefined ? Number.NaN : Date.parse(text) - now
  const wanted = seconds ?? (Number.isFinite(until) ? Math.max(0, until) : RETRY_AFTER_DEFAULT_MS)
  return Math.min(wanted, RETRY_AFTER_MAX_MS)
}
