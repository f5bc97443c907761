export { type ActiveRouting, ROUTING_COLLECTION, RoutingDesk, type RoutingDeskOptions } from './routing-desk.ts'
