/**
 * What the user is told of past calls: those missed, and those refused while the user was busy. It is
 * bounded.
 */

import type { Caller } from './callers.js';

/** Most missed calls that are listed: the latest. */
const MAX_MISSED_CALLS = 20;

/** Most lines about refused calls in so many milliseconds; the next line counts the calls in between. */
const MAX_BUSY_LINES = 3;
const BUSY_LINES_MS = 10_000;

export interface CallLog {
  /** Oldest first. */
  readonly missed: readonly Caller[];
  /** When the last lines about refused calls were shown, by the monotonic clock, in milliseconds. */
  readonly busyLinesMs: readonly number[];
  /** How many calls were refused since then without a line. */
  readonly untoldCalls: number;
}

export const NO_CALLS: CallLog = { missed: [], busyLinesMs: [], untoldCalls: 0 };

/** Adds a missed call. */
export function withMissedCall(log: CallLog, { caller, address, atMs, uptimeMs, hint }: Caller): CallLog {
  const missed: Caller = { caller, address, atMs, uptimeMs, ...(hint && { hint }) };
  return { ...log, missed: [...log.missed, missed].slice(-MAX_MISSED_CALLS) };
}

/** Adds a call that was refused because the user was busy. */
export function withBusyCall(log: CallLog, call: Caller): CallLog {
  if (!isBusyCallShown(log, call)) return { ...log, untoldCalls: log.untoldCalls + 1 };
  return { ...log, busyLinesMs: [...log.busyLinesMs, call.uptimeMs].slice(-MAX_BUSY_LINES), untoldCalls: 0 };
}

/** True where a refused call gets a line: of many in a short time, only the first do. */
export function isBusyCallShown({ busyLinesMs }: CallLog, { uptimeMs }: Caller): boolean {
  return busyLinesMs.filter((shown) => shown > uptimeMs - BUSY_LINES_MS).length < MAX_BUSY_LINES;
}
