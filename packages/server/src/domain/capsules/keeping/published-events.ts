/** What was published as an event: the context of events writes it, and erasure finds it here by who published it and by its capsule. */
export const PUBLISHED_COLLECTION = { name: 'published_events', indexes: ['actor', 'capsule'] } as const
