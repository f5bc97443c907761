/** Jaccard similarity of two sets of terms, 0-1. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0
  const common = a.intersection(b).size
  return common / (a.size + b.size - common)
}
