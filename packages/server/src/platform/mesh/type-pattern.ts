/**
 * A pattern on the type of an event, by its parts between dots: `*` stands for one part, `**` (as the last) for one or more, and
 * alone for every type. `cascade.capsule.*` matches `cascade.capsule.created` and not `cascade.capsule.a.b`.
 */
export const TYPE_PATTERN = /^(?:\*\*|(?:[a-z0-9_-]+|\*)(?:\.(?:[a-z0-9_-]+|\*))*(?:\.\*\*)?)$/

/** Whether a type matches a pattern that `TYPE_PATTERN` accepts. */
export function compileTypePattern(pattern: string): (type: string) => boolean {
  const parts = pattern.split('.')
  const isOpen = parts.at(-1) === '**'
  const fixed = isOpen ? parts.slice(0, -1) : parts
  return (type) => {
    const given = type.split('.')
    if (isOpen ? given.length <= fixed.length : given.length !== fixed.length) return false
    return fixed.every((part, index) => part === '*' || part === given[index])
  }
}
