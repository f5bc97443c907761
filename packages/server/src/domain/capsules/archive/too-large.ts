import { CascadeError } from '#base'

/** What is told of a capsule that is too large for an archive; it stays in the store. */
export const tooLargeToMove = (id: string, bytes: number, bytesMax: number): CascadeError =>
  new CascadeError('UNPROCESSABLE', `${id} holds ${bytes} bytes; above ${bytesMax} nothing moves into an archive.`)
