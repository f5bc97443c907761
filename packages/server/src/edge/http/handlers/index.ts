export { createHandlers } from './create-handlers.ts'
export type { HandlerContext, ImportDesk, ModelDesk, RoutingPlace } from './handler-context.ts'
export { createSystemDesk } from './system-desk.ts'
