/** Appends a member to a JSON pointer. @see RFC 6901 */
export const join = (pointer: string, key: PropertyKey): string =>
  `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
