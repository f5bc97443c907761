import { type Clock, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { Emergency, type Gate, mayLift, requireGrant } from '#governance'
import type { AccessTokens, Scopes, Subject, Subjects } from '#identity'
import { openEmergencyFile } from './adapters/files/emergency-file.ts'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import { EmergencyWatch } from './edge/jobs/index.ts'

interface EmergencyParts extends Pick<Frame, 'log'> {
  readonly clock: Clock
  readonly newId: () => string
}

/** The kill switch: as it was when the process ended, or on where its file lies in the data folder. */
export const emergencyPart = (parts: EmergencyParts): BootChunk => ({
  name: 'emergency',
  priority: 1.5,
  dependsOn: ['identity'],
  describe: 'stops everything where somebody says so',
  start: (boot) => openEmergency(parts, boot),
})

async function openEmergency({ clock, newId, log }: EmergencyParts, boot: BootContext): Promise<EmergencyWatch> {
  const [store, subject] = [boot.get(key.STORE), boot.get(key.ADMIN)]
  const file = openEmergencyFile(boot.get(key.FOLDER).directory)
  const emergency = await Emergency.open({
    ...{ store, clock, random: systemRandom, isFileThere: () => file.isThere() },
    listLifters: () =>
      listLifters(subject, {
        ...{ subjects: boot.get(key.SUBJECTS), tokens: boot.get(key.TOKENS), gate: boot.get(key.GATE) },
      }),
  })
  boot.provide(key.EMERGENCY, emergency)
  store.refuseBy((command) => emergency.refusal(command))
  boot.get(key.GATE).stopBy(() => emergency.stops)
  const asked = { action: 'emergency.raise', resource: '*', subject, ownWork: true } as const
  const grant = () => requireGrant(boot.get(key.GATE).decide({ ...asked, correlationId: newId() }))
  const watch = new EmergencyWatch({ emergency, file, grant, newId, log })
  await watch.now()
  if (emergency.active()) log.warn('an emergency is on: nothing is carried out until it is lifted')
  return watch
}

interface LifterParts {
  readonly subjects: Pick<Subjects, 'list'>
  readonly tokens: Pick<AccessTokens, 'activeScopes'>
  readonly gate: Pick<Gate, 'preview'>
}

/**
 * People who are active, can come in (the administrator by the token file, the others by a token) and would be let: who is counted
 * here and refused there would be waited for in vain.
 */
export async function listLifters(
  administrator: Subject,
  { subjects, tokens, gate }: LifterParts,
): Promise<readonly Subject[]> {
  const isLet = (subject: Subject, scopes: Scopes): boolean =>
    LIFTING.every((action) => {
      const asked = { action, resource: '*', subject, scopes, correlationId: '' } as const
      return gate.preview(asked).verdict.applied === 'allow'
    })
  const lifters = isLet(administrator, null) ? [administrator] : []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const { items, next } = await subjects.list({ limit: PER_PAGE, cursor, kind: 'person' })
    for (const { subject } of items) {
      if (!subject.active || subject.id === administrator.id || !mayLift(subject)) continue
      const held = await tokens.activeScopes(subject.id)
      if (held.some((scopes) => isLet(subject, scopes))) lifters.push(subject)
    }
    cursor = next
  }
  return lifters
}
const PER_PAGE = 100
/** The operation that lifts it is the one that turns it on, and asks for both. */
const LIFTING = ['emergency.raise', 'emergency.lift'] as const
