export { createHandlers } from './create-handlers.ts'
export type { DeskPage, HandlerContext, ImportDesk, SystemDesk } from './handler-context.ts'
export { createSystemDesk, type SystemDeskOptions } from './system-desk.ts'
