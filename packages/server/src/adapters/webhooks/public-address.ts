import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Networks that are not the public internet: this host, private and shared ones, links, tests, multicast, what is reserved.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const NOT_PUBLIC = listOf([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
])

/** Of IPv6 only global unicast is public, */
const GLOBAL_UNICAST = listOf([['2000::', 3]])
/** and of that neither what is set apart nor what stands for an address of IPv4, which it may hide. */
const SET_APART = listOf([
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])
/** Written as IPv6, these are addresses of IPv4: mapped, and of NAT64 (RFC 6052). */
const MAPPED = listOf([['::ffff:0:0', 96]])
const NAT64 = listOf([['64:ff9b::', 96]])

/** Whether an address is one of the public internet. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !NOT_PUBLIC.check(address, 'ipv4')
  // A zone (`fe80::1%eth0`) belongs to a link.
  if (version !== 6 || address.includes('%')) return false
  if (MAPPED.check(address, 'ipv6') || NAT64.check(address, 'ipv6')) return isPublicAddress(lastFourBytes(address))
  return GLOBAL_UNICAST.check(address, 'ipv6') && !SET_APART.check(address, 'ipv6')
}

/** The address of IPv4 in the last 32 bits of one of IPv6. */
function lastFourBytes(address: string): string {
  // A URL writes each address of IPv6 in one way, in hexadecimal.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [high = '0', low = '0'] = text.split(':').slice(-2)
  const bits = Number.parseInt(high || '0', 16) * 0x1_0000 + Number.parseInt(low || '0', 16)
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.')
}

function listOf(networks: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const list = new BlockList()
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, isIPv6(address) ? 'ipv6' : 'ipv4')
  return list
}
