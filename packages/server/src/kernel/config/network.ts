import { BlockList, isIP } from 'node:net'

/** True for an address that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** A host as addresses are compared: an address of IPv6 without the brackets that it has in a URL. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** The members of a list that is written as one text, with commas between them. */
export const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** Member of the list of names: a host name as a URL has it, without a port. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i

export const isHostName = (text: string): boolean => HOST_NAME.test(text)

/** Whether a text names where something may be sent: a host, an address or a network. */
export const isTarget = (text: string): boolean => isHostName(text) || parseSubnet(text) !== undefined

interface Subnet {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** An address (`10.0.0.7`) or a network in CIDR notation (`10.0.0.0/8`, RFC 4632); undefined for anything else. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  const longest = version === 6 ? 128 : 32
  if (version === 0 || address.includes('%') || more.length > 0 || !/^(?:\d{1,3})?$/.test(bits ?? '') || bits === '')
    return undefined
  const prefix = bits === undefined ? longest : Number(bits)
  return prefix > longest ? undefined : { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' }
}

/** Tells whether an address belongs to one of the networks. @throws TypeError for a text that is no network. */
export function networksOf(texts: readonly string[]): BlockList {
  const networks = new BlockList()
  for (const text of texts) {
    const subnet = parseSubnet(text)
    if (subnet === undefined) throw new TypeError(`${text} is neither an address nor a network`)
    networks.addSubnet(subnet.address, subnet.prefix, subnet.family)
  }
  return networks
}
