import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Published {
  readonly signedNote: { readonly verifierKey: string; readonly note: string }
  readonly checkpoint: string
  readonly cosigned: { readonly note: string; readonly message: string }
  readonly logProof: { readonly asPublished: string; readonly head: string }
  readonly addCheckpoint: { readonly request: string; readonly response: string }
  readonly goChecksumDatabase: { readonly verifierKey: string; readonly note: string }
  readonly rfc8032: readonly {
    readonly secretKey: string
    readonly publicKey: string
    readonly text: string
    readonly signature: string
  }[]
}

const PUBLISHED = join(import.meta.dirname, '../../../../../../conformance/note/published.json')

/** What others published; conformance/README.md says where. */
export const published: Published = JSON.parse(readFileSync(PUBLISHED, 'utf8'))

export const newEd25519 = (): KeyObject => generateKeyPairSync('ed25519').privateKey

export const newMlDsa44 = (): KeyObject => generateKeyPairSync('ml-dsa-44').privateKey

/** The private key of 32 secret bytes (RFC 8410 section 7). */
export const ed25519Of = (secretHex: string): KeyObject =>
  createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${secretHex}`, 'hex'),
    type: 'pkcs8',
    format: 'der',
  })

export const HEAD = { origin: 'log.example/1', size: 7, root: new Uint8Array(32).fill(9), extensions: [] } as const
