/** Integers of policies may have 64 bits, which JSON's numbers do not hold. */
const INTEGER = '__integer'
export const writeInteger = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? { [INTEGER]: String(value) } : value
export const reviveInteger = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && INTEGER in value ? BigInt(String(value[INTEGER])) : value
