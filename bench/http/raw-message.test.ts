import { expect, test } from 'vitest'
import { readAnswer, requestBytes } from './raw-message.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

test('an answer is read once it is whole, wherever it was cut', () => {
  for (let at = 0; at < ANSWER.length; at++) expect(readAnswer(ANSWER.slice(0, at))).toBeUndefined()
  expect(readAnswer(ANSWER)).toEqual({ status: 200, body: 'hello' })
})

test('an answer without its length is a mistake and not waited for', () => {
  expect(() => readAnswer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5')).toThrow('content-length')
})

test('a length that the body speaks of is none of the answer', () => {
  expect(() => readAnswer('HTTP/1.1 200 OK\r\n\r\n\r\ncontent-length: 1\r\n')).toThrow('content-length')
})

test('a request goes over the wire with its token, and with the length of its body in bytes', () => {
  const body = new TextEncoder().encode('{"ä":1}')
  const to = { url: 'http://127.0.0.1:8420', token: 'secret' }
  expect(requestBytes(to, { method: 'POST', path: '/x', body, label: 'x' }).toString()).toBe(
    'POST /x HTTP/1.1\r\nhost: 127.0.0.1:8420\r\nauthorization: Bearer secret\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"ä":1}',
  )
  expect(requestBytes(to, { method: 'GET', path: '/', label: 'x' }).toString()).not.toContain('content')
})
