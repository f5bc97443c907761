/** The time, as an argument. Milliseconds since 1970 in UTC; may jump backwards when the machine's clock does. */
export type Clock = () => number

export const systemClock: Clock = Date.now

/** RFC 3339 in UTC with milliseconds, the one spelling of time in the API and in the ledger. */
export const toRfc3339 = (ms: number): string => new Date(ms).toISOString()
