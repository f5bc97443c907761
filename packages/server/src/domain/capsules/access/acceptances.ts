import { SHARE_LIMITS } from '@forge-cascade/contract'
import { CascadeError, saltedDigest, sha256Hex } from '#base'
import type { Records } from '#store'
import type { StoredCapsule } from '../capsule.ts'
import { carryOut } from '../use-cases/carry-out.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { absent } from '../use-cases/read-capsule.ts'
import { tell } from '../use-cases/tell.ts'
import { forgetOpened } from './opened.ts'
import type { Acceptance } from './share.ts'

/** What everybody is told of a capsule that is for sale. */
export interface Card {
  readonly capsule: Pick<StoredCapsule, 'id' | 'title' | 'version' | 'licenceTerms'>
  /** SHA-256 of the terms, hex; of nothing where it has none. */
  readonly termsDigest: string
}

/** @throws CascadeError NOT_FOUND for what is not there, not for sale, or no part of what is found. */
export async function getCard(context: CapsuleContext, id: string): Promise<Card> {
  const [head] = await (context.whole ?? context).store.capsules.getHeads([id])
  const isForSale = head?.licence === 'for-sale' && head.status === 'ACTIVE' && head.archivedIn === null
  if (!head || !isForSale) throw absent(id)
  return { capsule: head, termsDigest: sha256Hex(head.licenceTerms ?? '') }
}

/**
 * Records that the caller accepts the terms, which opens the capsule. Payment is no part of it. Who accepts the same terms
 * again is told of the first time.
 *
 * @throws CascadeError NOT_FOUND; CONFLICT where the terms are others than those that were accepted; UNPROCESSABLE for one
 *   more than a subject may accept.
 */
export async function acceptTerms(
  context: CapsuleContext,
  call: Call<'capsule.accept'>,
  id: string,
  termsDigest: string,
): Promise<Acceptance> {
  const { capsule, termsDigest: current } = await getCard(context, id)
  if (termsDigest !== current)
    throw new CascadeError('CONFLICT', `The terms of capsule ${id} are others by now; read its card again.`)
  const { records } = context.store
  const subject = call.subject.id
  const key = `${id}:${subject}`
  const known = await records.find<Acceptance>('acceptances', key)
  if (known?.value.termsDigest === termsDigest) return known.value
  if (!known) await refuseTooMany(records, subject)
  const acceptance: Acceptance = { capsule: id, subject, version: capsule.version, termsDigest, at: context.clock() }
  const put = records.put(call.grant, 'acceptances', key, acceptance)
  const terms = saltedDigest(context.random(new Uint8Array(32)), capsule.licenceTerms ?? '')
  const told = tell(call.grant, 'terms.accepted', id, { version: capsule.version }, { terms })
  try {
    await carryOut(context, call, { changes: [put], ...told })
  } finally {
    forgetOpened(records, subject)
  }
  return acceptance
}

async function refuseTooMany(records: Records, subject: string): Promise<void> {
  const limit = SHARE_LIMITS.acceptancesMax
  const { items } = await records.listBy('acceptances', 'subject', subject, { limit })
  if (items.length < limit) return
  throw new CascadeError('UNPROCESSABLE', `You accepted the terms of ${limit} capsules, and may accept no more.`)
}
