/** How a piece of work ended that was given a limited time. `late` work goes on; nobody waits for it any more. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'late' }

/**
 * Waits for `work` at most `limitMs` milliseconds. Never rejects: work that fails after its limit is handed to `onLate`
 * like work that succeeds late, so that its outcome can still be cleaned up.
 */
export async function withDeadline<T>(
  work: () => T | Promise<T>,
  limitMs: number,
  onLate: (outcome: Outcome<T>) => void = () => undefined,
): Promise<Outcome<T>> {
  let timer: NodeJS.Timeout | undefined
  let late = false
  const limit = new Promise<Outcome<T>>((resolve) => {
    timer = setTimeout(() => {
      late = true
      resolve({ kind: 'late' })
    }, limitMs)
  })
  const outcome = settle(work)
  void outcome.then((settled) => {
    if (late) onLate(settled)
  })
  try {
    return await Promise.race([outcome, limit])
  } finally {
    clearTimeout(timer)
  }
}

async function settle<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'done', value: await work() }
  } catch (error) {
    return { kind: 'failed', error }
  }
}
