export { canWait } from './can-wait.ts'
export { CREATE_EXAMPLE } from './examples.ts'
export {
  COMMON_ERRORS,
  type Exemption,
  type ResponseDefinition,
  ROUTE_TAGS,
  type RouteDefinition,
  type RouteTag,
} from './route.ts'
export { type AnswerOf, errorsOf, type OperationId, ROUTES, type RouteRow, type RouteRows } from './routes.ts'
