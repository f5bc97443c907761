import type { SubjectTrustAnswer } from '@forge-cascade/contract'
import { CascadeError, toRfc3339 } from '#base'
import { trustLevel } from '#capsules'
import type { SubjectTrust } from '#governance'
import type { HandlersFor } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** Why a subject has the trust that it has. */
export function subjectTrustHandlers({
  capsules: { subjects },
  trust,
}: HandlerContext): HandlersFor<'getSubjectTrust' | 'getOwnTrust'> {
  const present = async (found: SubjectTrust): Promise<SubjectTrustAnswer> => {
    const { subject, failures, isQuarantined, recomputed, history } = found
    const names = await subjects.names(history.map(({ by }) => by))
    return {
      ...{ id: subject.id, name: subject.name, trust: subject.trust, trust_level: trustLevel(subject.trust) },
      ...{ quarantined: isQuarantined, failures, explanation: explain(found) },
      recomputed: { trust: recomputed ?? null, same: recomputed === undefined ? null : recomputed === subject.trust },
      history: history.map(({ kind, old, new: score, reason, by, isOwn, note, at }) => ({
        ...{ kind, old, new: score, reason, by, by_name: names.get(by) ?? null, own: isOwn, note },
        at: toRfc3339(at),
      })),
    }
  }
  return {
    getSubjectTrust: async ({ params: { id } }) => {
      const subject = await subjects.resolve(id)
      const found = subject && (await trust.explain(subject.id))
      if (found) return { status: 200, body: await present(found) }
      throw new CascadeError(
        'NOT_FOUND',
        `There is no subject ${JSON.stringify(id)}; it has the id or the name of one.`,
      )
    },
    getOwnTrust: async ({ query: { agent }, getCredential }) => {
      const { id } = getCredential().subject
      const subject = await subjects.resolve(agent ?? id)
      const isOwn = subject !== undefined && (subject.id === id || subject.owner === id)
      const found = isOwn ? await trust.explain(subject.id) : undefined
      if (found) return { status: 200, body: await present(found) }
      throw new CascadeError('NOT_FOUND', `No agent of yours has the id or the name ${JSON.stringify(agent)}.`)
    },
  }
}

function explain({ subject: { trust }, failures, isQuarantined, history }: SubjectTrust): string {
  const own = `${trust} (${trustLevel(trust)})`
  if (isQuarantined) return `${own}: nothing of it executes until an administrator lifts the quarantine.`
  if (trust === 100) return `${own}: given by people, and changed by people alone.`
  if (history.length === 0) return `${own}, as it was given; there is no evidence yet.`
  const row = failures > 0 ? `; ${failures} of 3 failures in a row that quarantine it` : ''
  return `${own}, by what the newest of its evidence came to${row}.`
}
