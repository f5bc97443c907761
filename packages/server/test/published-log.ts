import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import {
  Checkpointer,
  createEd25519Signer,
  formatVerifierKey,
  type NoteSigner,
  type ReadPublished,
  type StoredCheckpoint,
} from '#ledger'
import { findLedgerVerifier } from '../../../tools/ledger-verifier/verifier.ts'
import { publishToFolder } from '../src/adapters/files/published-folder.ts'
import { openSqliteStore, type SqliteStore } from '../src/adapters/sqlite/index.ts'
import { commandOf, commit, createTestClock, grantOf, recordOf } from '../src/platform/store/testing.ts'

/** Records of one command, at most. */
const RECORDS_AT_ONCE = 1000

/** Makes folders that are gone, with what is in them, when the tests of the file are over. */
export function createTestFolders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'cascade-published-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  let made = 0
  return () => join(root, String(++made))
}

/** A log of a store, with who signs it. */
export class SignedStore implements AsyncDisposable {
  readonly store: SqliteStore
  readonly directory: string
  readonly origin: string
  readonly #signer
  /** Who signs as well: a key before this one, witnesses. */
  readonly others: NoteSigner[] = []
  #last: StoredCheckpoint | undefined

  static async open(directory: string, origin = `log.example/${randomUUID()}`): Promise<SignedStore> {
    const { clock } = createTestClock()
    return new SignedStore(await openSqliteStore({ directory, collections: [], readers: 1, clock }), directory, origin)
  }

  private constructor(store: SqliteStore, directory: string, origin: string) {
    this.store = store
    this.directory = directory
    this.origin = origin
    this.#signer = createEd25519Signer(origin, generateKeyPairSync('ed25519').privateKey)
  }

  get keys() {
    return [this.#signer.key]
  }

  /** Brings the log to a number of entries, which say things of different lengths. */
  async grow(size: number): Promise<void> {
    for (let at = this.store.head() + 1; at < size; at = this.store.head() + 1) {
      const grant = grantOf('system.read')
      const records = Array.from({ length: Math.min(RECORDS_AT_ONCE, size - at) }, (_, more) =>
        recordOf(grant, { subject: `test/${at + more}`, payload: { said: 'ä'.repeat((at + more) % 7) } }),
      )
      await commit(this.store, commandOf(grant, [], { records }))
    }
  }

  /** Signs all that there is, with the tree brought up to it. */
  async sign(): Promise<StoredCheckpoint> {
    const { ledger } = this.store
    const options = {
      ledger,
      head: () => this.store.head(),
      origin: this.origin,
      signers: [this.#signer, ...this.others],
    }
    await using checkpointer = new Checkpointer({
      ...{ ...options, last: this.#last, mirror: undefined },
      onTrouble: (message) => {
        throw new Error(message)
      },
    })
    this.#last = await checkpointer.sign()
    return this.#last
  }

  /** Publishes the log as it is signed to a folder. */
  async publish(folder: string): Promise<PublishedFolder> {
    const checkpoint = this.#last ?? (await this.sign())
    await publishToFolder({ ledger: this.store.ledger, checkpoint }, folder)
    return new PublishedFolder(folder, formatVerifierKey(this.#signer.key))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.store[Symbol.asyncDispose]()
  }
}

/** The files of a published log, which tests damage. */
export class PublishedFolder {
  readonly folder: string
  readonly keyFile: string

  constructor(folder: string, verifierKey: string) {
    this.folder = folder
    this.keyFile = `${folder}.keys`
    writeFileSync(this.keyFile, `${verifierKey}\n`)
  }

  /** All files by their path in the log. */
  files(): Map<string, Uint8Array> {
    const paths = readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .map((path) => join(this.folder, path))
      .filter((path) => statSync(path).isFile())
    return new Map(paths.map((path) => [relative(this.folder, path).replaceAll(sep, '/'), readFileSync(path)]))
  }

  /** Damages a file for the rest of the test; without bytes it is taken away. */
  put(path: string, bytes: Uint8Array | undefined): void {
    const file = join(this.folder, path)
    const before = readFileSync(file)
    onTestFinished(() => writeFileSync(file, before))
    if (bytes) writeFileSync(file, bytes)
    else rmSync(file)
  }

  /** Adds a file for the rest of the test. */
  lend(path: string, bytes: Uint8Array): void {
    const file = join(this.folder, path)
    onTestFinished(() => rmSync(file))
    writeFileSync(file, bytes)
  }

  /** What the verifier of tools/ledger-verifier says. */
  goVerdict(keyFile = this.keyFile): string {
    const { status, stdout, stderr } = spawnSync(findLedgerVerifier() ?? '', [this.folder, keyFile], {
      encoding: 'utf8',
    })
    return `${status} ${stdout}${stderr}`
  }

  /** The same, with other bytes in a file for the moment. */
  goVerdictWith(path: string, bytes: Uint8Array): string {
    const file = join(this.folder, path)
    const before = readFileSync(file)
    writeFileSync(file, bytes)
    try {
      return this.goVerdict()
    } finally {
      writeFileSync(file, before)
    }
  }
}

/** Files in memory, as `verifyPublished` reads them. */
export const readerOf =
  (files: ReadonlyMap<string, Uint8Array>): ReadPublished =>
  async (path) =>
    files.get(path)
