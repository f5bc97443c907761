import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP, isIPv4 } from 'node:net'
import { type Config, listOf, networksOf } from '#config'

/** The address of a client that came through the unix socket. */
export const LOCAL_CLIENT = 'socket'

type Request = Pick<IncomingMessage, 'headers' | 'socket'>

/**
 * Says where a request comes from. A peer that is a trusted proxy may name its client in the one header that is
 * configured; the chain is read from its end, where the nearest proxy wrote, and ends at the first address that is no
 * trusted proxy's, because what stands before it could be anybody's invention. A header of anybody else means nothing.
 *
 * @see RFC 7239 section 5.2 (Forwarded)
 */
export class ProxyHeaders {
  readonly #trusted: BlockList | undefined
  readonly #chainOf: (headers: Request['headers']) => readonly string[]

  constructor({ trusted_proxies, forwarded_header }: Config['server']) {
    const networks = listOf(trusted_proxies)
    this.#trusted = networks.length === 0 ? undefined : networksOf(networks)
    this.#chainOf = CHAINS[forwarded_header]
  }

  /** The address of the client, without a port: an IPv4-mapped one as IPv4; `socket` for the unix socket. */
  clientOf({ headers, socket }: Request): string {
    let client = plain(socket.remoteAddress ?? '')
    if (client === undefined) return LOCAL_CLIENT
    if (this.#trusted === undefined || !this.#isTrusted(client)) return client
    for (const hop of this.#chainOf(headers).toReversed()) {
      const address = plain(hop)
      if (address === undefined) return client
      client = address
      if (!this.#isTrusted(client)) return client
    }
    return client
  }

  #isTrusted(address: string): boolean {
    return this.#trusted?.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') ?? false
  }
}

/** Both headers, oldest hop first; several lines of one header are one list (RFC 9110 section 5.3). */
const CHAINS = {
  'x-forwarded-for': (headers) =>
    textOf(headers['x-forwarded-for'])
      .split(',')
      .map((hop) => withoutPort(hop.trim())),
  forwarded: (headers) => textOf(headers.forwarded).split(',').map(forOf),
} as const satisfies Record<Config['server']['forwarded_header'], (headers: Request['headers']) => readonly string[]>

const textOf = (header: string | readonly string[] | undefined): string =>
  typeof header === 'string' ? header : (header ?? []).join(',')

const FOR = /(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^\s";]+))\s*(?:;|$)/i

/** The `for` of one element; empty where it names nobody. A comma inside quotes ends an element, which names nobody then. */
function forOf(element: string): string {
  const match = FOR.exec(element)
  return withoutPort(match?.[1] ?? match?.[2] ?? '')
}

/** `192.0.2.1:80` and `[2001:db8::1]:80` without the port; a bare IPv6 address has none. */
function withoutPort(node: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(node)?.[1]
  if (bracketed !== undefined) return bracketed
  return /^([\d.]+):\d{1,5}$/.exec(node)?.[1] ?? node
}

/** An IPv4-mapped address (RFC 4291 section 2.5.5.2) in the one spelling of RFC 5952. */
const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/

/** The one spelling of an address by which it is compared and counted; undefined for what is none. */
function plain(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (isIP(text) === 0 || text.includes('%')) return undefined
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const mapped = MAPPED.exec(address)
  return mapped === null ? address : mapped.slice(1).flatMap(bytesOf).join('.')
}

function bytesOf(group: string): readonly number[] {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}

/** What is counted as one client: an IPv4 address, or the network of 64 bits that one IPv6 customer has at least. */
export function clientKey(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::', 2)
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === '' ? [] : tail.split(':')
  const missing = address.includes('::') ? Math.max(0, 8 - groups.length - rest.length) : 0
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...rest]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
