import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientKey, ProxyHeaders } from './proxy-headers.ts'
import { SERVER_CONFIG } from './testing.ts'

const PROXIES = '10.0.0.0/8, 192.0.2.1, 2001:db8:1::/48'

interface From {
  readonly peer: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly trusted?: string | undefined
  readonly header?: 'x-forwarded-for' | 'forwarded'
}

function clientOf({ peer, headers = {}, trusted = PROXIES, header = 'x-forwarded-for' }: From): string {
  const proxies = new ProxyHeaders({ ...SERVER_CONFIG, trusted_proxies: trusted, forwarded_header: header })
  // Of a socket only the address is looked at.
  return proxies.clientOf({
    headers,
    socket: { remoteAddress: peer } as Parameters<typeof proxies.clientOf>[0]['socket'],
  })
}

const FORGED = { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=1.1.1.1', 'x-real-ip': '1.1.1.1' }

test.for([
  '::ffff:1.2.3.4',
  '::FFFF:1.2.3.4',
  '::ffff:102:304',
  '0:0:0:0:0:ffff:1.2.3.4',
  '0000:0000:0000:0000:0000:ffff:0102:0304',
])('%s is the client 1.2.3.4, as peer, behind a proxy and as one', (address) => {
  expect(clientOf({ peer: address })).toBe('1.2.3.4')
  expect(clientOf({ peer: '10.0.0.1', headers: { 'x-forwarded-for': address } })).toBe('1.2.3.4')
  expect(clientOf({ peer: address, trusted: '1.2.3.4', headers: { 'x-forwarded-for': '5.6.7.8' } })).toBe('5.6.7.8')
})

test('spellings of one IPv6 address are one client', () => {
  const spellings = ['2001:db8::1', '2001:DB8:0:0::1', '2001:0db8:0000:0000:0000:0000:0000:0001']
  expect(new Set(spellings.map((peer) => clientOf({ peer })))).toEqual(new Set(['2001:db8::1']))
})

test.for<{ readonly name: string; readonly from: From; readonly client: string }>([
  { name: 'nobody is trusted', from: { peer: '10.0.0.1', headers: FORGED, trusted: '' }, client: '10.0.0.1' },
  { name: 'the peer is not trusted', from: { peer: '203.0.113.9', headers: FORGED }, client: '203.0.113.9' },
  { name: 'it came through the unix socket', from: { peer: undefined, headers: FORGED }, client: 'socket' },
  {
    name: 'the client wrote the beginning of the chain',
    from: { peer: '10.0.0.1', headers: { 'x-forwarded-for': '1.1.1.1, 203.0.113.9' } },
    client: '203.0.113.9',
  },
  {
    name: 'the chain leads through two proxies',
    from: { peer: '10.0.0.1', headers: { 'x-forwarded-for': '1.1.1.1, 203.0.113.9, 192.0.2.1' } },
    client: '203.0.113.9',
  },
  {
    name: 'the client claims to be a proxy',
    from: { peer: '10.0.0.1', headers: { 'x-forwarded-for': '10.9.9.9, 203.0.113.9' } },
    client: '203.0.113.9',
  },
  {
    name: 'an entry is no address',
    from: { peer: '10.0.0.1', headers: { 'x-forwarded-for': '203.0.113.9, unknown' } },
    client: '10.0.0.1',
  },
  { name: 'the header is empty', from: { peer: '10.0.0.1', headers: { 'x-forwarded-for': '' } }, client: '10.0.0.1' },
  {
    name: 'the other header was written by the client',
    from: { peer: '10.0.0.1', headers: { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=1.1.1.1' } },
    client: '203.0.113.9',
  },
  {
    name: 'the same the other way round',
    from: {
      peer: '10.0.0.1',
      headers: { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=203.0.113.9' },
      header: 'forwarded',
    },
    client: '203.0.113.9',
  },
  {
    name: 'a quoted IPv6 address has a port',
    from: {
      peer: '2001:db8:1::2',
      headers: { forwarded: 'for=1.1.1.1, proto=https;For="[2001:DB8:cafe::17]:4711";by=_x' },
      header: 'forwarded',
    },
    client: '2001:db8:cafe::17',
  },
  {
    name: 'quotes hide a comma',
    from: { peer: '10.0.0.1', headers: { forwarded: 'for="203.0.113.9, for=1.1.1.1"' }, header: 'forwarded' },
    client: '10.0.0.1',
  },
  {
    name: 'the peer is an IPv4 address in IPv6',
    from: { peer: '::ffff:10.0.0.1', headers: { 'x-forwarded-for': '203.0.113.9:5000' } },
    client: '203.0.113.9',
  },
])('the client is $client where $name', ({ from, client }) => {
  expect(clientOf(from)).toBe(client)
})

test('an untrusted peer is itself, whatever it sends', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('x-forwarded-for' as const, 'forwarded' as const), (text, header) => {
      expect(clientOf({ peer: '203.0.113.9', headers: { [header]: text }, header })).toBe('203.0.113.9')
    }),
  )
})

test('whatever stands in front of the chain changes nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const headers = { 'x-forwarded-for': `${text}, 203.0.113.9` }
      expect(clientOf({ peer: '10.0.0.1', headers })).toBe('203.0.113.9')
    }),
  )
})

test.for([
  ['203.0.113.9', '203.0.113.9'],
  ['socket', 'socket'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::', 'fe80:0:0:0::/64'],
])('%s is counted as %s', ([address = '', key]) => {
  expect(clientKey(address)).toBe(key)
})
