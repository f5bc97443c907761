export { authenticateBy } from './bearer-tokens.ts'
export { createHandlers, createSystemDesk, type ImportDesk, type ModelDesk } from './handlers/index.ts'
export { HttpServer } from './http-server.ts'
export { llmsText } from './pages/llms-text.ts'
