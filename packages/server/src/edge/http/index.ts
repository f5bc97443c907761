export { authenticateBy, type BearerTokens } from './bearer-tokens.ts'
export { EventStreams } from './event-streams.ts'
export type { FindFacts, NewFacts } from './facts.ts'
export {
  createHandlers,
  createSystemDesk,
  type ImportDesk,
  type ModelDesk,
  type RoutingPlace,
} from './handlers/index.ts'
export { HttpServer } from './http-server.ts'
export { type EvidenceReport, evidenceMarkdown, evidencePage } from './pages/evidence-report.ts'
export { llmsText } from './pages/llms-text.ts'
