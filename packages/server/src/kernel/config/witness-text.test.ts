import { expect, test } from 'vitest'
import { loadConfig } from './load-config.ts'
import { parseWitness, parseWitnessed } from './witness-text.ts'

const KEY = `w.example/1+1a2b3c4d+${Buffer.alloc(33, 4).toString('base64')}`

test.for([
  ['', undefined],
  [KEY, undefined],
  ['https://w.example', undefined],
  [`https://w.example ${KEY}`, undefined],
  [`${KEY} w.example`, undefined],
  [`${KEY} ftp://w.example`, undefined],
  [`${KEY} file:///etc/passwd`, undefined],
  [`${KEY} https://user:secret@w.example`, undefined],
  [`${KEY} https://w.example/?q=1`, undefined],
  [`${KEY} https://w.example/#x`, undefined],
  [`${KEY} https://w.example more`, undefined],
  [`${KEY.replace('1a2b3c4d', '1A2B3C4D')} https://w.example`, undefined],
  [`${KEY} https://w.example/`, 'https://w.example'],
  [`${KEY} http://127.0.0.1:8420/v2/witness//`, 'http://127.0.0.1:8420/v2/witness'],
] as const)('of a witness %j the address is %j', ([text, url]) => {
  expect(parseWitness(text)).toEqual(url === undefined ? undefined : { key: KEY, url })
})

test.for([
  ['', undefined],
  ['log.example/1', undefined],
  ['log.example/1+1a2b3c4d', undefined],
  [KEY, 'w.example/1'],
  [`${KEY} another origin`, 'another origin'],
  [`${KEY} ${'o'.repeat(255)}`, 'o'.repeat(255)],
  [`${KEY} ${'o'.repeat(256)}`, undefined],
  // 128 characters, and a byte more than a witness can sign.
  [`${KEY} ${'é'.repeat(128)}`, undefined],
  [KEY.replace('w.example/1', 'n'.repeat(256)), undefined],
] as const)('of a log %j the origin is %j', ([text, origin]) => {
  expect(parseWitnessed(text)).toEqual(origin === undefined ? undefined : { key: KEY, origin })
})

test.for([
  ['CASCADE_LEDGER_WITNESSES', `${KEY} https://w.example,${KEY}`],
  ['CASCADE_LEDGER_WITNESS_LOGS', `${KEY},log.example/1`],
  ['CASCADE_LEDGER_WITNESS_LOGS', `${KEY} ${'o'.repeat(256)}`],
  ['CASCADE_LEDGER_WITNESS_NAME', 'é'.repeat(128)],
  ['CASCADE_LEDGER_WITNESS_NAME', 'two words'],
  ['CASCADE_LEDGER_WITNESS_NAME', 'a+b'],
] as const)('%s is refused when it is %s', ([name, value]) => {
  expect(() => loadConfig({ env: { [name]: value }, cwd: '/' })).toThrowError(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  )
})
