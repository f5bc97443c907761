export { createHandlers } from './create-handlers.ts'
export type { DeskPage, HandlerContext, ImportDesk, SystemDesk } from './handler-context.ts'
