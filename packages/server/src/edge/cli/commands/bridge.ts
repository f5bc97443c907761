import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { type BridgeAnswer, type ErrorCode, publishBody } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, sha256Hex } from '#base'
import { readBusMessage } from '../bus-message.ts'
import type { CommandContext } from '../command-context.ts'
import { checkInput } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { plural } from '../render/words.ts'
import type { Session } from '../session.ts'
import { printAnswer } from './answer.ts'

/** Lines that were refused and are named in the answer. */
const REFUSED_SHOWN = 100
/** What is wrong with one message: those after it are none the worse. */
const OF_ONE_MESSAGE: ReadonlySet<ErrorCode> = new Set([
  ...(['VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE', 'IDEMPOTENCY_KEY_REUSED', 'UNPROCESSABLE'] as const),
])

export const BRIDGE: CommandSpec = {
  name: 'bridge',
  summary: 'Publish what another bus writes, line by line',
  description:
    'Reads JSON from standard input, a message a line: {"type", "payload", "id"} or a CloudEvent. What comes again with the same id is one event. Their source is legacy and their actor system; the log names you. It goes on until the input ends, in its order; a line that is no message is told and passed over.',
  options: [{ flags: '--prefix <words>', description: 'Words before every type, such as shop' }],
  examples: [
    { line: 'bridge --prefix shop', does: 'publishes {"type":"OrderPlaced"} as shop.order.placed' },
    { line: 'bridge --json', does: 'tells at the end how many were published, and which lines were not' },
  ],
  run: async (context, input) => {
    const prefix = input.text('prefix')
    if (prefix !== undefined) checkInput(publishBody.pick({ type: true }), { type: `${prefix}.message` })
    const answer = await bridge(context, prefix)
    const { published, refused } = answer
    await printAnswer(context, answer, () => [
      `${plural(published, 'message')} handed over${refused > 0 ? `, ${plural(refused, 'line')} refused` : ''}.`,
    ])
    return refused === 0 ? 'ok' : 'usage'
  },
}

async function bridge(context: CommandContext, prefix: string | undefined): Promise<BridgeAnswer> {
  const { io, interrupts, screen } = context
  const session = await context.openSession()
  const problems: BridgeAnswer['problems'] = []
  const counts = { published: 0, refused: 0 }
  const refuse = (line: number, message: string): void => {
    counts.refused++
    screen.note(`line ${line}: ${message}`)
    if (problems.length < REFUSED_SHOWN) problems.push({ line, message })
  }
  let line = 0
  for await (const text of createInterface({ input: io.stdin, signal: interrupts.signal })) {
    line++
    if (text.trim() === '') continue
    try {
      await publish(session, text, prefix)
      counts.published++
      if (screen.watched) screen.progress(`${plural(counts.published, 'message')} published`)
    } catch (error) {
      if (interrupts.signal.aborted) break
      if (!isCascadeError(error)) throw error
      if (!OF_ONE_MESSAGE.has(error.code))
        throw new CascadeError(error.code, `Line ${line} was not published: ${error.detail} ${goOn(line)}`)
      // There is no option here that it could be about.
      refuse(line, error.detail.replaceAll(/--(?=[a-z]+:)/g, ''))
    }
  }
  return { ...counts, problems }
}

const goOn = (line: number): string =>
  line === 1 ? 'Nothing was.' : 'Those before it were; messages with an id may be handed over again.'

async function publish(session: Session, text: string, prefix: string | undefined): Promise<void> {
  const { key, ...message } = readBusMessage(text, prefix)
  const body = checkInput(publishBody, { ...message, legacy: true })
  const idempotencyKey = key === undefined ? {} : { idempotencyKey: sha256Hex(key) }
  for (;;) {
    try {
      await session.ask('publishEvent', { body, ...idempotencyKey })
      return
    } catch (error) {
      if (!isCascadeError(error) || error.code !== 'RATE_LIMITED') throw error
      await pause((error.retryAfterS ?? 1) * 1000)
    }
  }
}
