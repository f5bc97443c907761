import { COUNCIL_LIMITS, OPINIONS, type Opinion } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import type { Advice, AdviceQuestion, Adviser, Comment } from './adviser.ts'

/** Milliseconds that one adviser has, whatever it is. */
export const ADVISER_MS_MAX = 60_000

/**
 * Asks all advisers at once. One that fails, is slow, or says what is no advice is shown as failed and stops nobody; texts and
 * reasons are cut at their limits.
 *
 * @throws the reason of `signal`.
 */
export async function askCouncil(
  advisers: readonly Adviser[],
  question: AdviceQuestion,
  { signal, msMax = ADVISER_MS_MAX }: { readonly signal: AbortSignal; readonly msMax?: number },
): Promise<readonly Comment[]> {
  const comments = await Promise.all(advisers.map((adviser) => ask(adviser, question, signal, msMax)))
  signal.throwIfAborted()
  return comments
}

async function ask(adviser: Adviser, question: AdviceQuestion, signal: AbortSignal, msMax: number): Promise<Comment> {
  const { name } = adviser
  const own = new AbortController()
  const slow = Promise.withResolvers<never>()
  const late = new CascadeError('DEADLINE_EXCEEDED', `The adviser ${name} said nothing within ${msMax} ms.`)
  const end = (reason: unknown) => {
    own.abort(reason)
    slow.reject(reason)
  }
  const timer = setTimeout(() => end(late), msMax)
  const leave = () => end(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    signal.throwIfAborted()
    // What comes after its time is nobody's any more.
    return toComment(name, await Promise.race([adviser.advise(question, own.signal), slow.promise]))
  } catch (error) {
    const code = isCascadeError(error) ? error.code : 'INTERNAL'
    return { adviser: name, state: 'failed', opinion: null, text: '', reasons: [], code }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
}

/** Whatever an adviser handed over, as a comment within the limits. @throws CascadeError INTERNAL for what is no advice. */
function toComment(adviser: string, { opinion, text, reasons }: Advice): Comment {
  if (!isOpinion(opinion) || typeof text !== 'string' || !Array.isArray(reasons))
    throw new CascadeError('INTERNAL', `The adviser ${adviser} said what is no advice.`)
  const { textLengthMax, reasonsMax, reasonLengthMax } = COUNCIL_LIMITS
  const texts = reasons.filter((reason) => typeof reason === 'string').slice(0, reasonsMax)
  return {
    ...{ adviser, state: 'given', opinion, text: cut(text, textLengthMax) },
    ...{ reasons: texts.map((reason) => cut(reason, reasonLengthMax)), code: null },
  }
}

const isOpinion = (given: unknown): given is Opinion => OPINIONS.some((opinion) => opinion === given)

/** Without what steers a terminal, and no longer than told. */
const cut = (text: string, lengthMax: number): string =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, lengthMax)
    .toWellFormed()
