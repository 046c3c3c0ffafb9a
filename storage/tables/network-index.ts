/**
 * Finds the networks that contain an address.
 *
 * A lookup takes one step for each prefix length that occurs in the index; the number of networks does not
 * matter. An IPv4-mapped IPv6 address counts as its IPv4 address. Any other IPv6 network, even `::/0`,
 * contains no IPv4 address.
 */

import { packIpv4, plainAddress } from '../../protocol/address.js';
import { type AddressBits, parseAddressBits, parseNetwork, prefixOf } from '../../protocol/network.js';

/** An entry of the index. */
export interface Network {
  readonly name: string;
}

/** The networks of one version of IP: by the length of the prefix, then by the bits of the prefix. */
type Family<TNetwork> = Map<number, Map<AddressBits, readonly TNetwork[]>>;

const NONE: readonly never[] = [];

/** How an IPv4-mapped address begins. */
const MAPPED_PREFIX = '::ffff:';

export class NetworkIndex<TNetwork extends Network> {
  readonly #ipv4: Family<TNetwork> = new Map();
  readonly #ipv6: Family<TNetwork> = new Map();

  get isEmpty(): boolean {
    return this.#ipv4.size === 0 && this.#ipv6.size === 0;
  }

  /** Adds a network, or replaces the entry of the same name. */
  set(network: TNetwork): void {
    this.#change(network.name, (others) => [...others, network]);
  }

  delete(name: string): void {
    this.#change(name, (others) => others);
  }

  /**
   * The networks that contain an address, in no particular order. Empty for a text that is not an IP address.
   *
   * @param address As the operating system writes it, or an IPv4 address as `packIpv4` returns it.
   */
  find(address: string | number): readonly TNetwork[] {
    if (this.isEmpty) return NONE;
    const bits = typeof address === 'number' ? address : this.#parse(address);
    if (bits === undefined) return NONE;
    const family = typeof bits === 'number' ? this.#ipv4 : this.#ipv6;
    let found = NONE as readonly TNetwork[];
    for (const [length, networks] of family) {
      const here = networks.get(prefixOf(bits, length));
      if (here !== undefined) found = found.length === 0 ? here : [...found, ...here];
    }
    return found;
  }

  /**
   * Parses an address. If the index has no IPv6 network, skips IPv6 addresses that are not IPv4-mapped,
   * because parsing an IPv6 address takes microseconds.
   */
  #parse(address: string): AddressBits | undefined {
    const plain = plainAddress(address);
    if (!plain.includes(':')) return packIpv4(plain);
    const isMapped = plain.toLowerCase().startsWith(MAPPED_PREFIX);
    return this.#ipv6.size === 0 && !isMapped ? undefined : parseAddressBits(plain);
  }

  #change(name: string, change: (others: readonly TNetwork[]) => readonly TNetwork[]): void {
    const network = parseNetwork(name);
    if (network === undefined) return;
    const { bits, length } = network;
    const family = typeof bits === 'number' ? this.#ipv4 : this.#ipv6;
    let networks = family.get(length);
    if (networks === undefined) {
      networks = new Map();
      family.set(length, networks);
    }
    const prefix = prefixOf(bits, length);
    const others = networks.get(prefix) ?? NONE;
    const changed = change(others.filter((other) => other.name !== name));
    if (changed.length > 0) networks.set(prefix, changed);
    else networks.delete(prefix);
    if (networks.size === 0) family.delete(length);
  }
}
