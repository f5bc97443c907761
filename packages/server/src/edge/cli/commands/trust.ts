import { uuid } from '@forge-cascade/contract'
import { isCascadeError } from '#base'
import type { CommandSpec } from '../command-spec.ts'
import { capsuleTrustLines, subjectTrustLines } from '../render/trust-lines.ts'
import type { Session } from '../session.ts'
import { printAnswer } from './answer.ts'

export const TRUST_EXPLAIN: CommandSpec = {
  name: 'trust explain',
  summary: 'Why a subject or a capsule has the trust that it has',
  description:
    'Of a subject, each piece of evidence with what it came to; of a capsule, what holds its trust down and each change. The newest hundred.',
  arguments: [{ flags: '[what]', description: 'Id or name of a subject, or id of a capsule; you, when left out' }],
  examples: [
    { line: 'trust explain', does: 'tells how you came to your own trust' },
    { line: 'trust explain administrator', does: 'tells how a subject came to its trust' },
    { line: 'trust explain 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'tells it of a capsule, or a subject by id' },
  ],
  reads: true,
  run: async (context, input) => {
    const what = input.argument(0) ?? ''
    const session = await context.openSession()
    const { view } = context.screen
    const subject = await (what === '' ? session.call('getOwnTrust', {}) : ofSubject(session, what))
    if (subject) await printAnswer(context, subject.raw, () => subjectTrustLines(subject.answer, view))
    else {
      const { answer, raw } = await session.call('getTrust', { params: { id: what.toLowerCase() } })
      await printAnswer(context, raw, () => capsuleTrustLines(answer, view))
    }
    return 'ok'
  },
}

/** Undefined for an id that no subject has: it may be a capsule's. Of one's own everybody is told. */
async function ofSubject(session: Session, id: string) {
  const isId = uuid.safeParse(id.toLowerCase()).success
  try {
    return await session.call('getSubjectTrust', { params: { id } })
  } catch (error) {
    if (!isCascadeError(error)) throw error
    if (error.code === 'NOT_FOUND' && isId) return undefined
    if (error.code !== 'FORBIDDEN') throw error
    const own = await ofOwn(session, id)
    if (own || isId) return own
    throw error
  }
}

/** Undefined for who is neither oneself nor an agent of one's own. */
async function ofOwn(session: Session, agent: string) {
  try {
    return await session.call('getOwnTrust', { query: { agent } })
  } catch (error) {
    if (isCascadeError(error) && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}
