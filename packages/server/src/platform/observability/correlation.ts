import { AsyncLocalStorage } from 'node:async_hooks'

const SPELLING = /^[A-Za-z0-9._:-]{1,128}$/
const current = new AsyncLocalStorage<string>()

/**
 * The id under which a request is found in answers, logs and records: the client's own `X-Correlation-Id` when it is 1
 * to 128 letters, digits and `._:-`, else a new one. A header sent twice counts as absent.
 */
export const correlationIdFrom = (header: unknown, newId: () => string): string =>
  typeof header === 'string' && isCorrelationId(header) ? header : newId()

/** Whether a request can have it as its id. */
export const isCorrelationId = (text: string): boolean => SPELLING.test(text)

/** Runs `work`, and everything it starts, under this correlation id. */
export const withCorrelationId = <T>(id: string, work: () => T): T => current.run(id, work)

/** The id of the request being worked on, or undefined outside of one. */
export const currentCorrelationId = (): string | undefined => current.getStore()
