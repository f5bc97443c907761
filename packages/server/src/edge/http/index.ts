export type { Authenticate } from './admission.ts'
export { authenticateBy, type BearerToken } from './bearer-tokens.ts'
export type { Handlers } from './handler.ts'
export {
  createHandlers,
  createSystemDesk,
  type DeskPage,
  type HandlerContext,
  type ImportDesk,
  type SystemDesk,
  type SystemDeskOptions,
} from './handlers/index.ts'
export type { HttpAppOptions } from './http-app.ts'
export { type HttpAddress, HttpServer } from './http-server.ts'
