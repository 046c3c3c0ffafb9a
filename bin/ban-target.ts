/**
 * Parses the target and the duration of a ban, as the operator types them on the command line.
 */

import { isIP } from 'node:net';
import { MAX_BAN_MS } from '../actors/server/admin-protocol.js';
import { parseId } from '../protocol/id.js';
import { formatNetwork, parseNetwork } from '../protocol/network.js';
import type { BanTarget } from '../storage/store.js';

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
};

/** Matches numbers with dots between them, which are more likely a mistyped address than an id. */
const ADDRESS_LIKE = /^\d+(\.\d+)+$/;

/**
 * Parses an id, an IP address, or a network such as `192.0.2.0/24`. Returns addresses and networks in their
 * canonical form: in a network, all bits after the prefix are zero. Returns `undefined` for any other text,
 * and for an id that looks like a mistyped address.
 *
 * @param isId True if the text is an id, even if it looks like an address.
 */
export function readBanTarget(text: string, isId = false): BanTarget | undefined {
  const [address = ''] = text.split('/');
  if (!isId && isIP(address) === 0 && ADDRESS_LIKE.test(text)) return undefined;
  if (isId || isIP(address) === 0) {
    const name = parseId(text);
    return name && { kind: 'id', name };
  }
  const network = parseNetwork(text);
  return network && { kind: 'address', name: formatNetwork(network) };
}

/** Parses a duration such as `90m`, `12h` or `30d`. Returns milliseconds; `undefined` for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,8})([smhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS_MS[unit] ?? 0);
  return ms > 0 && ms <= MAX_BAN_MS ? ms : undefined;
}
