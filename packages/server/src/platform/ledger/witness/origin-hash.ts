import { sha256Hex } from '#base'

/** What names a log in addresses: SHA-256 of its origin, hex. @see https://c2sp.org/tlog-witness section "Monitor Retrieval" */
export const originHash = (origin: string): string => sha256Hex(origin)
