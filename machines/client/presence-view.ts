/**
 * How buddies and their presence are shown.
 */

import type { Buddy } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import { STATUS_WORDS, type Status } from '../../protocol/status.js';
import { type CallLog, nameOf } from './callers.js';

/** When buddies were last seen by this client, before they went offline; milliseconds since 1970. */
export type LastSeen = ReadonlyMap<UserId, number>;

/** Those who are there come first. */
const ORDER: Readonly<Record<Status, number>> = { 100: 0, 102: 1, 101: 2 };

/** Most columns that ids are filled up to. */
const MAX_ID_COLUMNS = 24;

export interface PresenceShown {
  readonly status: Status;
  readonly buddies: readonly Buddy[];
  readonly lastSeen: LastSeen;
  readonly calls: CallLog;
}

/** Takes note of who is there now, and of who was until now. */
export function seenAt(lastSeen: LastSeen, buddies: readonly Buddy[], atMs: number): LastSeen {
  const seen = new Map<UserId, number>();
  for (const { id, status } of buddies) {
    const at = status === 101 ? lastSeen.get(id) : atMs;
    if (at !== undefined) seen.set(id, at);
  }
  return seen;
}

/** A time of the day, as the user's clock shows it: `14:05`. */
export function clockTime(atMs: number): string {
  const date = new Date(atMs);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A day, as the user's calendar shows it: `2026-11-26`. */
export function clockDate(atMs: number): string {
  const date = new Date(atMs);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

/** What stands above the menu's question: who is there, and what the user missed. */
export function statusLines({ status, buddies, lastSeen, calls }: PresenceShown): string[] {
  const columns = Math.min(Math.max(0, ...buddies.map(({ id }) => id.length)), MAX_ID_COLUMNS);
  const sorted = buddies.toSorted((one, other) => ORDER[one.status] - ORDER[other.status]);
  const rows = sorted.map((buddy) => `  ${buddy.id.padEnd(columns)}  ${presenceOf(buddy, lastSeen)}`);
  return [
    ...(status === 102 ? ['You are away.'] : []),
    ...missedLines(calls),
    ...(rows.length > 0 ? ['Your buddies:', ...rows] : []),
  ];
}

/** The buddy list as the server gave it, a line each, fields separated by tabs. */
export function buddyListLines(buddies: readonly Buddy[], lastSeen: LastSeen): string[] {
  const rows = buddies.map(({ id, status, endpoint }) => {
    const seen = status === 101 ? lastSeen.get(id) : undefined;
    return [
      id,
      STATUS_WORDS[status],
      endpoint?.address ?? 'unknown',
      endpoint?.port ?? 'unknown',
      ...(seen === undefined ? [] : [`last seen ${clockTime(seen)}`]),
    ].join('\t');
  });
  return ['My buddy list:', ...rows];
}

export function missedLines({ missed }: CallLog): string[] {
  return missed.map((call) => {
    const from = call.caller === undefined ? '' : ` (${call.address})`;
    return `Missed call from ${nameOf(call)}${from} at ${clockTime(call.atMs)}.`;
  });
}

function presenceOf({ id, status }: Buddy, lastSeen: LastSeen): string {
  const word = STATUS_WORDS[status].toLowerCase();
  const seen = status === 101 ? lastSeen.get(id) : undefined;
  return seen === undefined ? word : `${word}, last seen ${clockTime(seen)}`;
}
