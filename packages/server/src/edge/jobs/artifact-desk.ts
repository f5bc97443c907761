import { isAbsolute } from 'node:path'
import type {
  ArtifactVerification,
  VerificationReport,
  VerifiedArtifact,
  VerifyArtifactBody,
} from '@forge-cascade/contract'
import { CascadeError, type Clock } from '#base'
import { type Call, tellOf } from '#capsules'
import { type LedgerStore, parseVerifierKey, type VerifierKey } from '#ledger'
import type { UnitOfWork } from '#store'
import {
  type Artifact,
  artifactSubject,
  capabilityCheck,
  digestCheck,
  findVerification,
  type SealedReport,
  sealReport,
  signatureCheck,
  structureCheck,
  type TestCage,
  testCheck,
  VERIFIED,
  verifiedPayload,
  verifyArtifact,
  withManifest,
} from '#verification'

export interface ArtifactDeskOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly ledger: Pick<LedgerStore, 'list'> }
  /** Reads a file or a folder of this machine whole. */
  readonly read: (path: string, signal: AbortSignal) => Promise<Artifact>
  readonly cage: TestCage
  /** Program and version. */
  readonly verifier: string
  readonly clock: Clock
}

/** Verifies what comes from elsewhere, one at a time, and records what was found. */
export class ArtifactDesk {
  readonly #options: ArtifactDeskOptions
  #isBusy = false

  constructor(options: ArtifactDeskOptions) {
    this.#options = options
  }

  /**
   * Reads what is asked for, runs the checks and records the report, whatever it says.
   *
   * @throws CascadeError SOURCE_UNREADABLE, UNPROCESSABLE for what is no artifact, VALIDATION_FAILED for a key that is none,
   *   RATE_LIMITED while another is verified: its tests have the machine to themselves.
   */
  async verify(
    call: Call<'artifact.verify'>,
    asked: VerifyArtifactBody,
    signal: AbortSignal,
    onProgress: (check: string, at: number, of: number) => void,
  ): Promise<VerifiedArtifact> {
    if (this.#isBusy) throw new CascadeError('RATE_LIMITED', 'An artifact is being verified; ask again in a while.')
    this.#isBusy = true
    try {
      const sealed = sealReport(await this.#verify(asked, signal, onProgress))
      const { report, canonical, sha256 } = sealed
      return { report, canonical, report_sha256: sha256, ledger_index: await this.#record(call, sealed) }
    } finally {
      this.#isBusy = false
    }
  }

  find(digest: string): Promise<ArtifactVerification | undefined> {
    return findVerification(this.#options.store.ledger, digest)
  }

  async #verify(
    asked: VerifyArtifactBody,
    signal: AbortSignal,
    onProgress: (check: string, at: number, of: number) => void,
  ): Promise<VerificationReport> {
    const { read, cage, verifier, clock } = this.#options
    const checks = [
      digestCheck(asked.digest),
      structureCheck,
      signatureCheck({ note: asked.signature, keys: asked.keys.map(readKey) }),
      capabilityCheck(asked.allow),
      testCheck(asked.run_tests ? cage : undefined),
    ]
    const artifact = manifested(await read(absolute(asked.path), signal), asked.manifest)
    const before = asked.before === undefined ? undefined : await read(absolute(asked.before), signal)
    const now = (): number => performance.now()
    return verifyArtifact(artifact, { checks, before, verifier, clock, now, signal, onProgress })
  }

  async #record({ grant, command }: Call<'artifact.verify'>, sealed: SealedReport): Promise<number> {
    const subject = artifactSubject(sealed.report.artifact.digest)
    const told = tellOf(grant, VERIFIED, subject, verifiedPayload(sealed))
    const [outcome] = await this.#options.store.append([{ ...command, grant, changes: [], ...told }])
    if (outcome?.ok) return outcome.receipt.sequence
    throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a record.')
  }
}

function readKey(text: string): VerifierKey {
  const key = parseVerifierKey(text)
  if (key) return key
  throw new CascadeError(
    'VALIDATION_FAILED',
    `${JSON.stringify(text.slice(0, 100))} is no verifier key: one is <name>+<key hash>+<Base64>, as \`ledger show\` prints it.`,
  )
}

function absolute(path: string): string {
  if (isAbsolute(path)) return path
  throw new CascadeError('UNPROCESSABLE', `The path of an artifact is absolute; got ${JSON.stringify(path)}.`)
}

function manifested(artifact: Artifact, text: string | undefined): Artifact {
  const whole = text === undefined ? artifact : withManifest(artifact, text)
  if (whole) return whole
  throw new CascadeError('UNPROCESSABLE', 'The artifact holds a manifest of its own; leave the other one out.')
}
