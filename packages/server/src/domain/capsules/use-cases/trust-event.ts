/** One thing that happened to a capsule's trust. While it is quarantined it counts as 0, whatever it was given. */
export interface TrustEvent {
  readonly what: 'changed' | 'quarantined' | 'released'
  readonly old: number
  readonly new: number
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly actor: string
}
