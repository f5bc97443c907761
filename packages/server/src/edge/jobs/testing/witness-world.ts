import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createUuidV7, isCascadeError, systemRandom } from '#base'
import { type Gate, GovernanceGate } from '#governance'
import type { Subject } from '#identity'
import type { CheckpointMirror, LinkAnswer, SigningKeyKind, WitnessedLog, WitnessLink } from '#ledger'
import { originHash, parseVerifierKey } from '#ledger'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { asking, byNobody } from '../../../domain/governance/testing.ts'
import type { Store } from '../../../domain/store.ts'
import { createTestClock } from '../../../platform/store/testing.ts'
import { LOG_COLLECTION } from '../log-identity.ts'
import { openWitness } from '../open-witness.ts'
import type { Witness } from '../witness.ts'
import { type CosignerKeys, WITNESS_COLLECTION } from '../witness-identity.ts'

export const ADMIN: Subject = {
  id: '01900000-0000-7000-8000-000000000001',
  kind: 'person',
  name: 'administrator',
  roles: ['administrator'],
  trust: 100,
  owner: null,
  active: true,
  createdAt: 0,
}

/** Key files in memory: what outlives a process that is ended. */
export class KeptKeys implements CosignerKeys {
  readonly kept = new Map<SigningKeyKind, KeyObject>()

  find(kind: SigningKeyKind): KeyObject | undefined {
    return this.kept.get(kind)
  }

  renew(kind: SigningKeyKind): KeyObject {
    const key =
      kind === 'ed25519' ? generateKeyPairSync('ed25519').privateKey : generateKeyPairSync('ml-dsa-44').privateKey
    this.kept.set(kind, key)
    return key
  }
}

/** A mirror in memory. */
export class KeptNotes implements CheckpointMirror {
  readonly place = 'memory'
  readonly notes = new Map<string, string>()

  async read(origin: string): Promise<string | undefined> {
    return this.notes.get(origin)
  }

  async write(origin: string, note: string): Promise<void> {
    this.notes.set(origin, note)
  }
}

/** What a witness is made of, and what stays when its process ends. */
export interface WitnessWorldOptions {
  readonly logs: readonly WitnessedLog[]
  readonly store?: Store
  readonly keys?: KeptKeys
  readonly mirror?: CheckpointMirror | undefined
  readonly name?: string
  /** False: the gate lets nobody cosign. */
  readonly isAllowed?: boolean
}

export const COLLECTIONS = [LOG_COLLECTION, WITNESS_COLLECTION]

/** A witness over a store in memory, with everything real but the disk. */
export async function openWitnessWorld({
  logs,
  keys = new KeptKeys(),
  mirror,
  name,
  isAllowed = true,
  ...over
}: WitnessWorldOptions) {
  const { clock, advance } = createTestClock()
  const newId = createUuidV7(clock, systemRandom)
  const store = over.store ?? openMemoryStore({ collections: COLLECTIONS, clock })
  const troubles: string[] = []
  const gate = new GovernanceGate({ clock, newId })
  const witness = await openWitness({
    ...{ store, gate: isAllowed ? gate : withoutCosigning(gate), subject: ADMIN, newId, clock, logs, keys, mirror },
    name: name ?? 'witness.example/w',
    ownOrigin: 'log.example/own',
    onTrouble: (message) => troubles.push(message),
  })
  return { witness, store, keys, clock, advance, newId, troubles }
}

const withoutCosigning = (gate: Gate): Gate =>
  asking(gate, (request) => (request.action === 'witness.cosign' ? byNobody(request) : request))

/** A way to a witness without a network. */
export function linkTo(witness: Witness, url = 'https://witness.example/v2/witness'): WitnessLink {
  const keys = witness.keys.map((text) => parseVerifierKey(text)!)
  return {
    url,
    keys,
    addCheckpoint: async (body): Promise<LinkAnswer> => {
      try {
        return await witness.addCheckpoint(Buffer.from(body))
      } catch (error) {
        if (isCascadeError(error)) return { kind: 'refused', status: error.status }
        throw error
      }
    },
    checkpoint: (origin) => witness.checkpoint(originHash(origin)),
  }
}
