/** Whether two byte strings are equal. Not in constant time: for what is public. */
export const isSameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0
