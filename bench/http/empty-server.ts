// A server that reads a body and answers nothing worth waiting for: what is left of a request when nobody works. Prints
// its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"hits":[]}'))
})
server.listen(0, '127.0.0.1', () => {
  // A TCP server's address is of this kind.
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
