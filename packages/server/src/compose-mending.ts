// What mends an instance that its own rules keep from being of use: opened without all that could be in the way.
import type { PolicyChange } from '@forge-cascade/contract'
import { createUuidV7, systemClock, systemRandom } from '#base'
import { type BootChunk, boot } from '#boot'
import type { LoadedConfig } from '#config'
import { comparePolicies } from '#governance'
import type { RootLogger } from '#observability'
import { type Frame, frameOf } from './boot-instance.ts'
import { gatePart, policyDesk, policyGrant } from './compose-governance.ts'
import { identityPart } from './compose-identity.ts'
import { storeParts } from './compose-store.ts'

const clock = systemClock
const newId = createUuidV7(clock, systemRandom)

/**
 * Puts the policies that come with the program in force in a data folder that nobody owns. Store, gate and registry alone are
 * opened; what is in force is not read. What it promises stands at `CliIo.mendPolicies`.
 */
export async function mendPolicies(loaded: LoadedConfig, log: RootLogger): Promise<PolicyChange> {
  const frame = frameOf({ loaded, options: { listen: 'socket', log: 'errors', answers: true }, log, clock })
  const { promise, resolve } = Promise.withResolvers<PolicyChange>()
  await boot([...partsOf(frame), mending(resolve)], frame)
  await frame.lifecycle.stop('the policies are mended')
  return promise
}

const partsOf = (frame: Frame): readonly BootChunk[] => [
  ...storeParts(frame, clock),
  gatePart({ ...frame, clock, newId }),
  identityPart({ ...frame, clock, newId }),
]

const mending = (tell: (change: PolicyChange) => void): BootChunk => ({
  name: 'policies',
  priority: 2,
  dependsOn: ['identity'],
  describe: 'goes back to the policies that come with the program',
  start: async (boot) => {
    const desk = policyDesk(boot, clock)
    const before = await desk.mend({ grant: policyGrant(boot, newId) })
    const { bundle } = desk.bundle
    tell({
      ...{ applied: true, digest: bundle.digest, previous: before.digest, findings: [] },
      ...comparePolicies(before, bundle),
    })
    return undefined
  },
})
