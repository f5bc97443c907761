// Who there is, and who looks after the instance.
import { type Clock, messageOf, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { requireGrant, TrustEngine, TrustFeed } from '#governance'
import { AccessTokens, founderOf, Subjects, tokenDigest } from '#identity'
import { openTokenFile } from './adapters/files/token-file.ts'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import { findSigningKey, mirrorOf } from './compose-ledger.ts'
import type { BearerTokens } from './edge/http/index.ts'
import { tellRestore } from './edge/jobs/index.ts'

interface Parts extends Frame {
  readonly clock: Clock
  readonly newId: () => string
}

export const identityPart = (parts: Parts): BootChunk => ({
  name: 'identity',
  priority: 1.5,
  dependsOn: ['store', 'gate'],
  describe: 'knows the administrator and the token',
  start: (boot) => openIdentity(parts, boot),
})

/** Who there is: the registry, the administrator, the administrator's token and those of all others. */
async function openIdentity({ loaded: { config }, clock, newId, log }: Parts, boot: BootContext): Promise<TrustFeed> {
  const [store, gate] = [boot.get(key.STORE), boot.get(key.GATE)]
  const subjects = new Subjects({ store, clock, newId })
  const admin = await subjects.openAdministrator((id) =>
    requireGrant(
      gate.decide({
        action: 'subject.create',
        resource: `subject/${id}`,
        subject: founderOf(id, clock()),
        correlationId: newId(),
        ownWork: true,
      }),
    ),
  )
  boot.get(key.JOURNAL).writeAs(admin.id)
  // Before anything else writes: a restored store begins its log with the word of it.
  const mirror = mirrorOf(config)
  boot.provide(key.MIRROR, mirror)
  const { directory } = boot.get(key.FOLDER)
  await tellRestore({ directory, store, gate, subject: admin, newId, mirror, findKey: () => findSigningKey(directory) })
  boot.provide(key.SUBJECTS, subjects)
  const engine = new TrustEngine({ store, clock, newId, forget: (id) => subjects.forget(id) })
  boot.provide(key.TRUST, engine)
  boot.provide(key.ADMIN, admin)
  boot.provide(key.TOKEN, openTokenFile(directory, systemRandom))
  boot.provide(key.TOKENS, new AccessTokens({ store, subjects, clock, newId, random: systemRandom }))
  const asked = { action: 'trust.change', resource: '*', subject: admin } as const
  const feed = new TrustFeed({
    ...{ engine, clock, newId, findSubject: (id) => subjects.find(id) },
    grant: () => gate.standing({ ...asked, correlationId: newId() }),
    onTrouble: (message, cause) => log.warn(message, { reason: messageOf(cause) }),
  })
  gate.witnessBy(feed)
  return feed
}

/** What the bearer of a token is known by. */
export const bearerTokens = (boot: BootContext): BearerTokens => ({
  administratorDigest: tokenDigest(boot.get(key.TOKEN).token),
  administrator: boot.get(key.ADMIN).id,
  subjects: boot.get(key.SUBJECTS),
  tokens: boot.get(key.TOKENS),
})
