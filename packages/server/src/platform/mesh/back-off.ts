/** How often, how soon and how long something is tried. */
export interface RetryRule {
  /** Tries before it is given up, the first among them. */
  readonly attempts: number
  /** Milliseconds between the first try and the second; each next wait is twice as long. */
  readonly firstMs: number
  /** The longest wait, in milliseconds. */
  readonly lastMs: number
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * Milliseconds to wait after try number `attempt` (from 1). Half of it is drawn, so that those who failed together do not come
 * back together.
 *
 * @param chance from 0 to below 1.
 */
export const backOffMs = ({ firstMs, lastMs }: RetryRule, attempt: number, chance: number): number =>
  Math.round(Math.min(lastMs, firstMs * 2 ** Math.min(attempt - 1, 40)) * (0.5 + chance / 2))
