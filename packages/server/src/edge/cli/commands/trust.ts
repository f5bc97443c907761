import { uuid } from '@forge-cascade/contract'
import { isCascadeError } from '#base'
import { usage } from '../command-input.ts'
import type { CommandSpec } from '../command-spec.ts'
import { capsuleTrustLines, subjectTrustLines } from '../render/trust-lines.ts'
import type { Session } from '../session.ts'
import { printAnswer } from './answer.ts'

export const TRUST_EXPLAIN: CommandSpec = {
  name: 'trust explain',
  summary: 'Why a subject or a capsule has the trust that it has',
  description:
    'Of a subject, each piece of evidence with what it came to; of a capsule, what holds its trust down and each change. The newest hundred.',
  arguments: [{ flags: '<what>', description: 'Id or name of a subject, or id of a capsule' }],
  examples: [
    { line: 'trust explain administrator', does: 'tells how a subject came to its trust' },
    { line: 'trust explain 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', does: 'tells it of a capsule, or a subject by id' },
  ],
  reads: true,
  run: async (context, input) => {
    const what = input.argument(0) ?? ''
    if (what === '') throw usage('It is told of a subject or a capsule: name an id, or the name of a subject.')
    const session = await context.openSession()
    const { view } = context.screen
    const subject = await ofSubject(session, what)
    if (subject) await printAnswer(context, subject.raw, () => subjectTrustLines(subject.answer, view))
    else {
      const { answer, raw } = await session.call('getTrust', { params: { id: what.toLowerCase() } })
      await printAnswer(context, raw, () => capsuleTrustLines(answer, view))
    }
    return 'ok'
  },
}

/** Undefined for an id that no subject has: it may be a capsule's. */
async function ofSubject(session: Session, id: string) {
  try {
    return await session.call('getSubjectTrust', { params: { id } })
  } catch (error) {
    if (isCascadeError(error) && error.code === 'NOT_FOUND' && uuid.safeParse(id.toLowerCase()).success)
      return undefined
    throw error
  }
}
