/**
 * `node:http` without its own `fetch` and `WebSocket`: a name imported from it is looked for among all its exports, and
 * looking at those two loads a quarter of all modules of Node.js that this process has.
 */
export const nodeHttp = process.getBuiltinModule('node:http')
