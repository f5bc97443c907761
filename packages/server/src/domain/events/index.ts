export { EventFeed, type EventFilter, type EventReader, type EventsPage } from './event-feed.ts'
export { type EventPosition, formatPosition, parsePosition } from './event-position.ts'
export { publishEvent } from './publish-event.ts'
export { asTold, withPayload } from './published-event.ts'
