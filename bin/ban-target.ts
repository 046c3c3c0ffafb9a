/**
 * What the operator bans, and for how long, as typed on the command line.
 */

import { isIP } from 'node:net';
import { groupsOf, plainAddress } from '../protocol/address.js';
import { parseId } from '../protocol/id.js';
import type { BanTarget } from '../storage/store.js';

/** The bits of a group of an IPv6 address, and of a part of an IPv4 address. */
const GROUP_BITS = 16;
const PART_BITS = 8;

/** IPv4 addresses written as IPv6 addresses begin with these bits. */
const MAPPED_BITS = 96;

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
};

/** The longest ban with an end, in milliseconds: 100 years. */
const MAX_MS = 100 * 365 * 24 * 3_600_000;

/**
 * Parses an id, an IP address, or a network such as `192.0.2.0/24`. An address or a network is written in one
 * way only, without the bits after its length.
 *
 * @param isId True if the text is an id, even if it looks like an address.
 */
export function parseBanTarget(text: string, isId = false): BanTarget | undefined {
  const [address = '', length, ...rest] = text.split('/');
  if (isId || isIP(address) === 0) {
    const name = parseId(text);
    return name && { kind: 'id', name };
  }
  const name = rest.length === 0 && !address.includes('%') ? networkText(address, length) : undefined;
  return name === undefined ? undefined : { kind: 'address', name };
}

function networkText(address: string, length: string | undefined): string | undefined {
  if (length !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined;
  if (isIP(address) === 4) return ipv4Text(address.split('.').map(Number), Number(length ?? 32));
  // A URL writes an address in its shortest form, in lower case.
  const canonical = hostOf(address);
  const groups = groupsOf(canonical).map((group) => Number.parseInt(group, 16));
  const bits = Number(length ?? 128);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = plainAddress(address) !== address || canonical.startsWith('::ffff:');
  if (isMapped && bits >= MAPPED_BITS) {
    return ipv4Text([high >> 8, high & 0xff, low >> 8, low & 0xff], bits - MAPPED_BITS);
  }
  if (bits > 128) return undefined;
  const masked = mask(groups, GROUP_BITS, bits).map((group) => group.toString(16));
  return withLength(hostOf(masked.join(':')), bits, 128);
}

function ipv4Text(parts: readonly number[], bits: number): string | undefined {
  return bits > 32 ? undefined : withLength(mask(parts, PART_BITS, bits).join('.'), bits, 32);
}

function withLength(address: string, bits: number, all: number): string {
  return bits === all ? address : `${address}/${bits}`;
}

function hostOf(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** Sets the bits after the first `bits` to 0. */
function mask(parts: readonly number[], width: number, bits: number): readonly number[] {
  return parts.map((part, index) => {
    const dropped = width - Math.min(Math.max(bits - index * width, 0), width);
    return (part >> dropped) << dropped;
  });
}

/** Parses a duration such as `90m`, `12h` or `30d`. Returns milliseconds; `undefined` for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,8})([smhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS_MS[unit] ?? 0);
  return ms > 0 && ms <= MAX_MS ? ms : undefined;
}
