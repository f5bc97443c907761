import type { Socket } from 'node:net'
import { nodeHttp } from '../node-http.ts'
import { toCascadeError } from './framework-error.ts'
import { PROBLEM_TYPE, toProblem } from './problem.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/**
 * Answers what never became a request: broken HTTP, headers that are too large or too slow. The connection ends with it,
 * because nobody knows where the next request would begin.
 *
 * @param answerBegan true when the head of an answer is on the wire already, so that another one would corrupt it.
 */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Socket,
  { correlationId, answerBegan }: { readonly correlationId: string; readonly answerBegan: boolean },
): void {
  if (!socket.writable || answerBegan || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const problem = toProblem(toCascadeError(error), { instance: '/', correlationId })
  const body = JSON.stringify(problem)
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'x-correlation-id': correlationId,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${problem.status} ${nodeHttp.STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`)
}
