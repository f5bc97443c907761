import { isCascadeError } from '#base'

/**
 * Where the last checkpoint of a log lies a second time, outside of the data folder: who puts an older copy of the folder
 * into place does not know of it, and is found out.
 */
export interface CheckpointMirror {
  /** For people: where it lies. */
  readonly place: string
  /** The note that was written last for the origin; undefined when there is none. @throws CascadeError UNAVAILABLE. */
  read(origin: string): Promise<string | undefined>
  /** @throws CascadeError UNAVAILABLE. */
  write(origin: string, note: string): Promise<void>
}

/** What the mirror has; undefined also where it cannot be read now, which who compares or writes next tells of. */
export async function readIfReadable(
  mirror: CheckpointMirror | undefined,
  origin: string,
): Promise<string | undefined> {
  try {
    return await mirror?.read(origin)
  } catch (error) {
    if (isCascadeError(error)) return undefined
    throw error
  }
}
