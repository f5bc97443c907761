import { CascadeError, fileTrouble } from '#base'

export const unreadable = (path: string, cause: unknown): CascadeError =>
  new CascadeError('SOURCE_UNREADABLE', `${path} cannot be read: ${fileTrouble(cause)}.`, { cause })
