import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { CascadeError, messageOf } from '#base'
import type { Config } from '#config'

/** What a server that speaks TLS is made with. */
export interface TlsOptions extends SecureContextOptions {
  readonly cert: Buffer
  readonly key: Buffer
  readonly minVersion: 'TLSv1.2'
}

/**
 * The certificate and its key from their files; undefined where none are configured.
 *
 * @throws CascadeError CONFIG_INVALID when a file cannot be read, is no PEM, or the two do not belong together. No text
 *   of the files is told.
 */
export function readTlsFiles({ cert, key }: Config['server']['tls']): TlsOptions | undefined {
  if (cert === undefined || key === undefined) return undefined
  const options = { cert: read(cert, 'cert'), key: read(key, 'key'), minVersion: 'TLSv1.2' } as const
  try {
    createSecureContext(options)
  } catch (cause) {
    throw new CascadeError(
      'CONFIG_INVALID',
      `${cert} and ${key} are no certificate with its key: ${messageOf(cause)}.`,
      {
        cause,
      },
    )
  }
  return options
}

function read(path: string, member: 'cert' | 'key'): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new CascadeError('CONFIG_INVALID', `server.tls.${member}: ${path} cannot be read (${messageOf(cause)}).`, {
      cause,
    })
  }
}
