import { CascadeError, isCascadeError, messageOf } from '#base'
import type { SinkRemark } from '#mesh'

/** Where secrets of sinks lie: beside mesh.yml, or in the environment; never in mesh.yml itself. */
export interface SinkSecrets {
  /** Reads a file that holds one. @throws where it cannot. */
  readonly readKey: (path: string) => string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** @param what it is, as in `a key of a webhook`. @throws CascadeError CONFIG_INVALID where it cannot be read. */
export function secretInFile({ readKey }: SinkSecrets, path: string, what: string): string {
  try {
    return readKey(path)
  } catch (error) {
    const detail = `The file ${path} with ${what} cannot be read: ${messageOf(error)}.`
    throw new CascadeError('CONFIG_INVALID', detail, { cause: error })
  }
}

/** @param what it is, as in `a key of a webhook`. @throws CascadeError CONFIG_INVALID where it is not set. */
export function secretInVariable({ environment }: SinkSecrets, name: string, what: string): string {
  const found = environment[name]
  if (found !== undefined && found.trim() !== '') return found
  throw new CascadeError('CONFIG_INVALID', `The variable ${name} with ${what} is not set.`)
}

/** What keeps a sink from its work, where something does, without anything being sent. */
export function remarksOn(severity: SinkRemark['severity'], option: string, open: () => unknown): SinkRemark[] {
  try {
    open()
    return []
  } catch (error) {
    return [{ severity, option, message: isCascadeError(error) ? error.detail : messageOf(error) }]
  }
}
