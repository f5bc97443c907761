import { isObjectName, OBJECT_BYTES_MAX } from '#archive'
import { CascadeError } from '#base'

/** @throws CascadeError UNPROCESSABLE for a name that could lead elsewhere. */
export function assertName(name: string): void {
  if (isObjectName(name)) return
  throw new CascadeError('UNPROCESSABLE', `${JSON.stringify(name.slice(0, 300))} is no name of an object.`)
}

/** @throws CascadeError UNPROCESSABLE. */
export function assertSize(name: string, { length }: Uint8Array): void {
  if (length <= OBJECT_BYTES_MAX) return
  throw new CascadeError('UNPROCESSABLE', `${name} has ${length} bytes; an object has ${OBJECT_BYTES_MAX} at most.`)
}
