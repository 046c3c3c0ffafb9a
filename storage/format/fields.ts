/**
 * The fields that lines of journals, snapshots and dumps have in common. Each value has exactly one encoding.
 */

import type { Device } from '../../protocol/device.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { parseKey } from '../../protocol/key.js';
import type { Ban } from '../store.js';
import { parseBanTarget } from '../tables/ban-table.js';

/** Parses a key with its newest serial and its floor. Returns `undefined` if one of them is not valid. */
export function parseDevice(
  keyText: string | undefined,
  serialText: string | undefined,
  floorText: string | undefined,
): Device | undefined {
  const identity = parseKey(keyText);
  const [serial, floor] = [parseCount(serialText), parseCount(floorText)];
  if (identity === undefined || serial === undefined || floor === undefined) return undefined;
  return floor <= serial ? { identity, serial, floor } : undefined;
}

/** Parses a safe integer, 0 or greater. Returns `undefined` for any other text, such as `007` or `1e3`. */
export function parseCount(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 && String(number) === text ? number : undefined;
}

/** True for an id in lower case, the form in which ids are stored. */
export function isStoredId(text: string | undefined): text is UserId {
  return text !== undefined && parseId(text) === text;
}

/** Encodes the fields of a ban: `id mallory`, or `address 192.0.2.7 1893456000000` for a ban with an end. */
export function textOfBan({ kind, name, untilMs }: Ban): string {
  return untilMs === undefined ? `${kind} ${name}` : `${kind} ${name} ${untilMs}`;
}

/** Parses the fields of a ban. Returns `undefined` if one of them is not valid. */
export function parseBan([kind, name, end, ...rest]: readonly string[]): Ban | undefined {
  const target = parseBanTarget(kind, name);
  if (target === undefined || rest.length > 0) return undefined;
  if (end === undefined) return target;
  const untilMs = parseCount(end);
  return untilMs === undefined ? undefined : { ...target, untilMs };
}
