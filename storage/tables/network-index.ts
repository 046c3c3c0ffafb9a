/**
 * Finds the networks that contain an address.
 *
 * A network is an IP address, with the length of its prefix or without: `192.0.2.7`, `192.0.2.0/24`,
 * `2001:db8::/32`. A lookup takes one step for each length that occurs, however many networks there are.
 *
 * An IPv4-mapped address (`::ffff:192.0.2.7`) is the IPv4 address. Any other IPv6 network, even `::/0`,
 * contains no IPv4 address.
 */

import { isIPv6 } from 'node:net';
import { groupsOf, packIpv4, plainAddress } from '../../protocol/address.js';

/** An entry of the index. */
export interface Network {
  readonly name: string;
}

/** The bits of an address, as a number. */
type Bits = number | bigint;

/** The networks of one version of IP: by the length of the prefix, then by the bits of the prefix. */
type Family<TNetwork> = Map<number, Map<Bits, readonly TNetwork[]>>;

const NONE: readonly never[] = [];

const IPV4_LENGTH = 32;
const IPV6_LENGTH = 128;

/** The length of `::ffff:0:0/96`, the network of all IPv4-mapped addresses, and its bits. */
const MAPPED_LENGTH = IPV6_LENGTH - IPV4_LENGTH;
const MAPPED_BITS = 0xffffn;
const MAPPED_PREFIX = '::ffff:';

export class NetworkIndex<TNetwork extends Network> {
  readonly #ipv4: Family<TNetwork> = new Map();
  readonly #ipv6: Family<TNetwork> = new Map();

  get isEmpty(): boolean {
    return this.#ipv4.size === 0 && this.#ipv6.size === 0;
  }

  /** Adds a network. Replaces the entry of the same name. */
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

  /** To parse an IPv6 address takes microseconds, so it is done only if there is an IPv6 network. */
  #parse(address: string): Bits | undefined {
    const plain = plainAddress(address);
    if (!plain.includes(':')) return packIpv4(plain);
    const isMapped = plain.toLowerCase().startsWith(MAPPED_PREFIX);
    return this.#ipv6.size === 0 && !isMapped ? undefined : parseAddress(plain);
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

function prefixOf(bits: Bits, length: number): Bits {
  if (typeof bits === 'bigint') return bits >> BigInt(IPV6_LENGTH - length);
  // A shift by 32 bits would be a shift by 0 bits.
  return length === 0 ? 0 : bits >>> (IPV4_LENGTH - length);
}

function parseNetwork(name: string): { readonly bits: Bits; readonly length: number } | undefined {
  const [address = '', suffix] = name.split('/');
  if (!address.includes(':')) {
    const bits = packIpv4(address);
    return bits === undefined ? undefined : { bits, length: Number(suffix ?? IPV4_LENGTH) };
  }
  const bits = parseIpv6(address);
  const length = Number(suffix ?? IPV6_LENGTH);
  const isMapped = length >= MAPPED_LENGTH && bits >> BigInt(IPV4_LENGTH) === MAPPED_BITS;
  return isMapped ? { bits: ipv4In(bits), length: length - MAPPED_LENGTH } : { bits, length };
}

/** Parses an address with colons. Returns a number if it is an IPv4-mapped one. */
function parseAddress(address: string): Bits | undefined {
  if (!isIPv6(address)) return undefined;
  // A link-local address has the name of its interface after `%`.
  const [numeric = ''] = address.split('%');
  const bits = parseIpv6(numeric);
  return bits >> BigInt(IPV4_LENGTH) === MAPPED_BITS ? ipv4In(bits) : bits;
}

function ipv4In(bits: bigint): number {
  return Number(BigInt.asUintN(IPV4_LENGTH, bits));
}

function hex(group: number): string {
  return group.toString(16);
}

function parseIpv6(address: string): bigint {
  const dotted = address.slice(address.lastIndexOf(':') + 1);
  const packed = dotted.includes('.') ? packIpv4(dotted) : undefined;
  const groups = packed === undefined ? dotted : `${hex(packed >>> 16)}:${hex(packed & 0xffff)}`;
  const plain = address.slice(0, address.length - dotted.length) + groups;
  return groupsOf(plain).reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
