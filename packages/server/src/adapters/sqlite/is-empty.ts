/** True for an object without members; no list of them is made. */
export function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}
