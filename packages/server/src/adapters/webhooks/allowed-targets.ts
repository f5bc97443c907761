import { lookup as lookupOfSystem } from 'node:dns/promises'
import type { BlockList } from 'node:net'
import { isIP, isIPv6 } from 'node:net'
import { bareHost, isHostName, networksOf, parseSubnet } from '#config'
import { isPublicAddress } from './public-address.ts'

export interface TargetAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** Every address of a name, as the system resolves it. */
export type Resolve = (host: string) => Promise<readonly TargetAddress[]>

export const resolveBySystem: Resolve = async (host) =>
  (await lookupOfSystem(host, { all: true, verbatim: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }))

/** Why nothing is sent to a target: it leads into a network that nobody allowed. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused'
}

/**
 * Which addresses events may be sent to: the public internet, and what the operator names besides. A name is resolved here, and
 * what is connected to is the very address that was looked at, so that no second answer of a name server leads elsewhere.
 */
export class AllowedTargets {
  readonly #hosts: ReadonlySet<string>
  readonly #networks: BlockList
  readonly #resolve: Resolve

  /** @param also names of hosts, addresses and networks beside the public ones. @throws TypeError for a text that is none. */
  constructor(also: readonly string[] = [], resolve: Resolve = resolveBySystem) {
    const networks = also.filter((text) => parseSubnet(text) !== undefined)
    const hosts = also.filter((text) => parseSubnet(text) === undefined)
    const wrong = hosts.find((text) => !isHostName(text))
    if (wrong !== undefined) throw new TypeError(`${wrong} is neither a name of a host nor an address nor a network`)
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()))
    this.#networks = networksOf(networks)
    this.#resolve = resolve
  }

  /**
   * The addresses of a host that may be connected to.
   *
   * @param host as `URL.hostname` has it.
   * @throws TargetRefused where it has addresses and none may be; what the name server says where it has none.
   */
  async of(host: string): Promise<readonly TargetAddress[]> {
    const bare = bareHost(host)
    const version = isIP(bare)
    const found: readonly TargetAddress[] =
      version === 0 ? await this.#resolve(bare) : [{ address: bare, family: version === 6 ? 6 : 4 }]
    const isNamed = this.#hosts.has(bare.toLowerCase().replace(/\.$/, ''))
    const allowed = found.filter(({ address }) => isNamed || this.#isAllowed(address))
    if (allowed.length > 0) return allowed
    throw refused(host)
  }

  /** Resolves nothing: a name passes. @throws TargetRefused for an address that may not be connected to. */
  requireLiteral(host: string): void {
    const bare = bareHost(host)
    if (isIP(bare) !== 0 && !this.#hosts.has(bare.toLowerCase()) && !this.#isAllowed(bare)) throw refused(host)
  }

  #isAllowed(address: string): boolean {
    return isPublicAddress(address) || this.#networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}

const refused = (host: string): TargetRefused =>
  new TargetRefused(`${host} is no address of the public internet; name it in mesh.private_targets where it is meant`)
