/**
 * Fills a vector with signs that the characters of a text choose, by FNV-1a and the steps of xorshift: equal texts agree,
 * different ones are about at right angles.
 */
export function spellingVector(text: string, vector: Float32Array): void {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  // Xorshift never leaves zero.
  state ||= 1
  for (let index = 0; index < vector.length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    vector[index] = state & 1 ? 1 : -1
  }
}
