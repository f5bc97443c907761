import type { LedgerWitness } from '@forge-cascade/contract'
import { CascadeError, toRfc3339 } from '#base'
import type { Cosigning } from './cosigning.ts'
import type { SigningLog } from './open-log.ts'
import type { Witness, WitnessReply } from './witness.ts'

export interface WitnessDeskOptions {
  readonly log: SigningLog
  /** Undefined where this instance witnesses nobody. */
  readonly witness: Witness | undefined
  /** Undefined where nobody witnesses this log. */
  readonly cosigning: Cosigning | undefined
}

/** Whom this instance witnesses, and who witnesses it, for whoever asks. */
export function createWitnessDesk({ log, witness, cosigning }: WitnessDeskOptions) {
  const asWitness = (): Witness => {
    if (witness) return witness
    throw new CascadeError('NOT_FOUND', 'This instance witnesses no logs.')
  }
  return {
    /** @throws CascadeError NOT_FOUND where this instance is no witness, and as `Witness.addCheckpoint`. */
    addCheckpoint: async (body: Uint8Array): Promise<WitnessReply> => asWitness().addCheckpoint(body),
    /** @throws CascadeError NOT_FOUND. */
    checkpoint: async (hash: string): Promise<string> => asWitness().checkpoint(hash),
    state: async (): Promise<LedgerWitness> => ({
      witness:
        witness === undefined ? null : { keys: [...witness.keys], logs: (await witness.state()).map(presentLog) },
      witnesses: ((await cosigning?.stateAsked()) ?? []).map(({ url, size, cosignedAt, trouble }) => {
        return { url, size, cosigned_at: timeOf(cosignedAt), trouble: trouble ?? null }
      }),
      cosigner: log.cosigner ?? null,
      fork: log.checkpointer.fork?.detail ?? null,
    }),
  }
}

type WitnessedLog = Awaited<ReturnType<Witness['state']>>[number]

const presentLog = ({ origin, keys, size, cosignedAt, trouble }: WitnessedLog) => ({
  ...{ origin, keys: [...keys], size },
  cosigned_at: timeOf(cosignedAt),
  trouble: trouble ?? null,
})

const timeOf = (at: number | undefined): string | null => (at === undefined ? null : toRfc3339(at))
