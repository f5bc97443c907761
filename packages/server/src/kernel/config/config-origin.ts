/** Where a value comes from. `line` counts from 1. */
export type ConfigOrigin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string }
  /** `proposal` is the id of what was passed. */
  | { readonly kind: 'vote'; readonly proposal: string }

/** `default`, `file /etc/cascade.config.yml:3`, `vote 0193…`, `env CASCADE_PORT` or `flag --port`. */
export function describeOrigin(origin: ConfigOrigin): string {
  if (origin.kind === 'file') return `file ${origin.path}:${origin.line}`
  if (origin.kind === 'env') return `env ${origin.name}`
  if (origin.kind === 'flag') return `flag --${origin.name}`
  if (origin.kind === 'vote') return `vote ${origin.proposal}`
  return 'default'
}

/** The place to change, as the end of the sentence "Change …". */
export function describePlace(origin: ConfigOrigin): string {
  if (origin.kind === 'file') return `line ${origin.line} of ${origin.path}`
  if (origin.kind === 'env') return `the environment variable ${origin.name}`
  if (origin.kind === 'flag') return `the flag --${origin.name}`
  if (origin.kind === 'vote') return `what was voted for (proposal ${origin.proposal})`
  return 'the file, the environment or a flag'
}
