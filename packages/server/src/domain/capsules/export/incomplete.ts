import { CascadeError } from '#base'

/** DATA_CORRUPT for an export that would leave something out: such a one is none. */
export const incomplete = (what: string): CascadeError =>
  new CascadeError('DATA_CORRUPT', `The store is damaged, so the export is not whole: ${what}.`)
