import { CascadeError } from '#base'
import type { BootChunk } from './boot-chunk.ts'
import type { BootGuardian, ChunkEvidence, GuardianVerdict } from './guardian.ts'

/** A claim about a chunk that must hold before anything that waits for it begins. */
export type ChunkClaim = () => Promise<GuardianVerdict> | GuardianVerdict

/**
 * The guardian of a boot: each part may state, while it starts, what must be true of it afterwards; the guardian asks
 * for it before the next part begins. A part that states nothing is judged by having started.
 */
export class ClaimGuardian implements BootGuardian {
  readonly #claims = new Map<string, ChunkClaim>()

  /** @throws CascadeError BOOT_FAILED when the chunk has stated its claim already. */
  claim(chunk: string, claim: ChunkClaim): void {
    if (this.#claims.has(chunk)) throw new CascadeError('BOOT_FAILED', `chunk "${chunk}" states two claims`)
    this.#claims.set(chunk, claim)
  }

  async validate(chunk: BootChunk, _evidence: ChunkEvidence): Promise<GuardianVerdict> {
    return (await this.#claims.get(chunk.name)?.()) ?? { kind: 'sound' }
  }
}
