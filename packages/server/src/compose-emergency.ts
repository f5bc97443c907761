import { type Clock, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { Emergency, mayLift, requireGrant } from '#governance'
import type { AccessTokens, Subject, Subjects } from '#identity'
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
    listLifters: () => listLifters(subject, boot.get(key.SUBJECTS), boot.get(key.TOKENS)),
  })
  boot.provide(key.EMERGENCY, emergency)
  store.refuseBy((command) => emergency.refusal(command))
  boot.get(key.GATE).stopBy(() => emergency.stops)
  const asked = { action: 'emergency.raise', resource: '*', subject } as const
  const grant = () => requireGrant(boot.get(key.GATE).decide({ ...asked, correlationId: newId() }))
  const watch = new EmergencyWatch({ emergency, file, grant, newId, log })
  await watch.now()
  if (emergency.active()) log.warn('an emergency is on: nothing is carried out until it is lifted')
  return watch
}

/** People who are active and can come in: the administrator by the token file, the others by a token. */
async function listLifters(
  administrator: Subject,
  subjects: Subjects,
  tokens: AccessTokens,
): Promise<readonly Subject[]> {
  const lifters = [administrator]
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const { items, next } = await subjects.list({ limit: PER_PAGE, cursor, kind: 'person' })
    for (const { subject } of items) {
      const isOther = subject.active && subject.id !== administrator.id
      if (isOther && mayLift(subject) && (await tokens.hasToken(subject.id))) lifters.push(subject)
    }
    cursor = next
  }
  return lifters
}
const PER_PAGE = 100
