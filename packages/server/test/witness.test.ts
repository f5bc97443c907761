import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { LedgerWitness } from '@forge-cascade/contract'
import { afterAll, expect, test, vi } from 'vitest'
import { createEd25519Signer, formatVerifierKey, openCheckpoint, parseVerifierKey } from '#ledger'
import { parseLogProof, parseNote } from '../src/platform/ledger/note/index.ts'
import { newEd25519 } from '../src/platform/ledger/note/testing.ts'
import { runCascadeWith } from './cascade-command.ts'
import { type ServerAddress, ServerProcess } from './server-process.ts'

const TEST_MS_MAX = 120_000
vi.setConfig({ testTimeout: TEST_MS_MAX, hookTimeout: TEST_MS_MAX })

const root = mkdtempSync(join(tmpdir(), 'cascade-witness-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** An instance of its own process, which is stopped and started with other settings at the same port. */
class Instance implements AsyncDisposable {
  readonly folder: string
  #server: ServerProcess | undefined
  #address: ServerAddress | undefined

  constructor(name: string) {
    this.folder = join(root, name)
  }

  async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop()
    const port = this.#address ? ['--port', new URL(this.#address.url).port] : []
    this.#server = new ServerProcess({
      dataDir: this.folder,
      args: port,
      env: { CASCADE_LEDGER_SUBMIT_EVERY_S: '1', CASCADE_LEDGER_MIRROR: 'false', ...settings },
    })
    this.#address = await this.#server.ready()
  }

  get log(): string {
    return this.#server?.log ?? ''
  }

  get url(): string {
    return this.#address?.url ?? ''
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  async get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${this.#address?.token}` } })
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text()
  }

  async remember(content: string): Promise<void> {
    const response = await fetch(`${this.url}/v2/capsules`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#address?.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content, type: 'knowledge' }),
    })
    expect(response.status).toBe(201)
  }

  async witnessState(): Promise<LedgerWitness> {
    return (await this.get('/v2/ledger/witness')).json() as Promise<LedgerWitness>
  }

  /** Verifier key of its log. */
  async logKey(): Promise<string> {
    return (await this.text('/v2/ledger/key')).trim()
  }

  async entries(): Promise<number> {
    return Number((await this.get('/v2/ledger/key')).headers.get('cascade-sequence')) + 1
  }

  async signedSize(): Promise<number> {
    return Number((await this.text('/v2/ledger/checkpoint')).split('\n')[1])
  }

  /** Entries of the newest checkpoint that a witness cosigned; 0 for none. */
  async cosignedSize(): Promise<number> {
    const response = await this.get('/v2/ledger/checkpoint?cosigned=1')
    return response.status === 200 ? Number((await response.text()).split('\n')[1]) : 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
  }
}

/** What names the witness of an instance to the instance that it cosigns for. */
async function witnessText(instance: Instance): Promise<string> {
  const { witness } = await instance.witnessState()
  return (witness?.keys ?? []).map((key) => `${key} ${instance.url}/v2/witness`).join(',')
}

/** Looking is on record within a second, and that is signed and cosigned as well: who looks more often never sees an end. */
const LOOKING = { timeout: 60_000, interval: 3000 } as const

/** Every entry there is was signed, and is cosigned. */
async function isCaughtUp(instance: Instance): Promise<boolean> {
  const size = await instance.entries()
  return (await instance.signedSize()) === size && (await instance.cosignedSize()) === size
}

test('two instances that cosign each other come to rest, and an older copy of one is refused by the word of the other', async () => {
  await using one = new Instance('one')
  await using two = new Instance('two')
  await Promise.all([one.start(), two.start()])
  const [oneKey, twoKey] = [await one.logKey(), await two.logKey()]
  await Promise.all([
    one.start({ CASCADE_LEDGER_WITNESS_LOGS: twoKey }),
    two.start({ CASCADE_LEDGER_WITNESS_LOGS: oneKey }),
  ])
  const oneSettings = { CASCADE_LEDGER_WITNESS_LOGS: twoKey, CASCADE_LEDGER_WITNESSES: await witnessText(two) }
  const twoSettings = { CASCADE_LEDGER_WITNESS_LOGS: oneKey, CASCADE_LEDGER_WITNESSES: await witnessText(one) }
  await Promise.all([one.start(oneSettings), two.start(twoSettings)])
  const older = join(root, 'older')

  // Each has a record of the other, and neither has one of each cosignature.
  const isAtRest = async (): Promise<boolean> => (await isCaughtUp(one)) && (await isCaughtUp(two))
  await expect.poll(isAtRest, LOOKING).toBe(true)
  const sizes = [await one.entries(), await two.entries()]
  // So long that each would have submitted again, more than once.
  await pause(5000)
  // One entry tells that somebody looked.
  const later = [await one.entries(), await two.entries()]
  expect(later.map((size, at) => size - sizes[at]!)).toEqual([1, 1])
  expect((await two.witnessState()).witnesses).toMatchObject([{ size: later[1], trouble: null }])
  expect((await two.witnessState()).witness?.logs).toMatchObject([{ size: later[0] }])

  // What is shown verifies with the keys that were handed over, and proofs carry it.
  const [witnessKey] = oneSettings.CASCADE_LEDGER_WITNESSES.split(' ')
  const keys = [parseVerifierKey(oneKey)!, parseVerifierKey(witnessKey!)!]
  const note = await one.text('/v2/ledger/checkpoint?cosigned=1')
  expect(openCheckpoint(note, keys[0]!.name, [keys[1]!])?.size).toBeGreaterThanOrEqual(later[0]!)
  const proof = (await (await one.get('/v2/ledger/proof/inclusion?index=0')).json()) as { tlog_proof: string }
  expect(parseLogProof(proof.tlog_proof)?.checkpoint).toBe(note)
  expect(parseNote(note)?.signatures.length).toBeGreaterThan(1)
  expect((await one.get('/v2/ledger/checkpoint?cosigned=2')).status).toBe(404)

  await one.stop()
  cpSync(one.folder, older, { recursive: true })
  await one.start(oneSettings)
  await one.remember('Something new.')
  await expect.poll(() => isCaughtUp(one), LOOKING).toBe(true)

  // No mirror, and not a trace of the newer one in the folder: the witness alone knows.
  await one.stop()
  rmSync(one.folder, { recursive: true })
  cpSync(older, one.folder, { recursive: true })
  await expect(one.start(oneSettings)).rejects.toThrow(/LEDGER_FORKED/)
})

test('a witness that is away is named by `ledger witness` with what is wrong, and keeps other short commands quiet', async () => {
  const data = ['--data', join(root, 'alone')]
  // A port that is never connected to, whatever listens there.
  const url = 'http://127.0.0.1:9'
  const key = formatVerifierKey(createEd25519Signer('witness.example', newEd25519()).key)
  const cascade = (...argv: string[]) => runCascadeWith({ CASCADE_LEDGER_WITNESSES: `${key} ${url}` }, ...argv, ...data)
  await runCascadeWith({}, 'remember', 'The invoice is due in 30 days.', ...data)
  expect(await cascade('ledger', 'show')).toMatchObject({ code: 0, stderr: '' })
  const { code, stdout, stderr } = await cascade('ledger', 'witness')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^ {2}http:\/\/127\.0\.0\.1:9 {2}nothing yet\n {4}http:\/\/127\.0\.0\.1:9 does not answer: /m)
})
