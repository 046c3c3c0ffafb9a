/**
 * Converts IP addresses and networks between text and bits. Two networks are equal if their formatted texts
 * are equal.
 *
 * A network is written as an IP address, with or without the length of a prefix: `192.0.2.7`, `192.0.2.0/24`,
 * `2001:db8::/32`. An IPv4-mapped address (`::ffff:192.0.2.7`) counts as the IPv4 address.
 */

import { groupsOf, packIpv4, unpackIpv4 } from './address.js';

/** The bits of an address: a number for IPv4, a `bigint` for IPv6. */
export type AddressBits = number | bigint;

export interface IpNetwork {
  /** The bits after the prefix are 0. */
  readonly bits: AddressBits;
  /** The length of the prefix, in bits. */
  readonly length: number;
}

const IPV4_LENGTH = 32;
const IPV6_LENGTH = 128;

/** The length and the bits of the prefix `::ffff:0:0/96`, which all IPv4-mapped addresses have. */
const MAPPED_LENGTH = IPV6_LENGTH - IPV4_LENGTH;
const MAPPED_BITS = 0xffffn;

/** Bits in a group of an IPv6 address. */
const GROUP_BITS = 16n;

/** Parses an address. A link-local address may have the name of its interface after `%`. */
export function parseAddressBits(address: string): AddressBits | undefined {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return ipv4;
  const [numeric = ''] = address.split('%');
  const bits = parseIpv6(numeric);
  return bits !== undefined && isMapped(bits) ? ipv4In(bits) : bits;
}

/** Parses a network, or an address without an interface name. Returns `undefined` for anything else. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [address = '', suffix, ...rest] = text.split('/');
  if (rest.length > 0 || (suffix !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(suffix))) return undefined;
  const bits = parseIpv4(address) ?? parseIpv6(address);
  const all = typeof bits === 'number' ? IPV4_LENGTH : IPV6_LENGTH;
  const length = Number(suffix ?? all);
  if (bits === undefined || length > all) return undefined;
  return typeof bits === 'bigint' && isMapped(bits) && length >= MAPPED_LENGTH
    ? masked(ipv4In(bits), length - MAPPED_LENGTH)
    : masked(bits, length);
}

/**
 * Formats a network. Equal networks give the same text. A network of a single address is formatted as the
 * operating system formats the address.
 */
export function formatNetwork({ bits, length }: IpNetwork): string {
  const [address, all] =
    typeof bits === 'number' ? [unpackIpv4(bits), IPV4_LENGTH] : [formatIpv6(bits), IPV6_LENGTH];
  return length === all ? address : `${address}/${length}`;
}

/** The first `length` bits of an address, as a number. */
export function prefixOf(bits: AddressBits, length: number): AddressBits {
  if (typeof bits === 'bigint') return bits >> BigInt(IPV6_LENGTH - length);
  // A shift by 32 bits would be a shift by 0 bits.
  return length === 0 ? 0 : bits >>> (IPV4_LENGTH - length);
}

function masked(bits: AddressBits, length: number): IpNetwork {
  const prefix = prefixOf(bits, length);
  if (typeof prefix === 'bigint') return { bits: prefix << BigInt(IPV6_LENGTH - length), length };
  return { bits: length === 0 ? 0 : (prefix << (IPV4_LENGTH - length)) >>> 0, length };
}

function isMapped(bits: bigint): boolean {
  return bits >> BigInt(IPV4_LENGTH) === MAPPED_BITS;
}

function ipv4In(bits: bigint): number {
  return Number(BigInt.asUintN(IPV4_LENGTH, bits));
}

function parseIpv4(address: string): number | undefined {
  const parts = address.split('.');
  const isPart = (part: string) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 0xff;
  return parts.length === 4 && parts.every(isPart) ? packIpv4(address) : undefined;
}

function parseIpv6(address: string): bigint | undefined {
  if (!/^[\da-f:.]*:[\da-f:.]*$/i.test(address)) return undefined;
  const plain = shorten(address);
  if (plain === undefined) return undefined;
  return groupsOf(plain).reduce((bits, group) => (bits << GROUP_BITS) | BigInt(`0x${group}`), 0n);
}

function formatIpv6(bits: bigint): string {
  const shifts = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n];
  return shorten(shifts.map((shift) => ((bits >> shift) & 0xffffn).toString(16)).join(':')) ?? '';
}

/**
 * Returns an IPv6 address in its shortest form, in lower case, without a dotted part. `URL` normalizes
 * addresses to this form.
 */
function shorten(address: string): string | undefined {
  const url = `http://[${address}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}
