/**
 * A bounded log of past calls: missed calls, and calls that were refused because the user was busy.
 */

import type { Caller } from './callers.js';

/** The maximum number of missed calls in the log. The oldest are dropped. */
const MAX_MISSED_CALLS = 20;

/**
 * The maximum number of lines about refused calls in any 10 s ({@link BUSY_LINES_MS}). The next line gives
 * the number of calls that got no line.
 */
const MAX_BUSY_LINES = 3;
const BUSY_LINES_MS = 10_000;

export interface CallLog {
  /** Oldest first. */
  readonly missed: readonly Caller[];
  /** When the last lines about refused calls were shown, in milliseconds of the monotonic clock. */
  readonly busyLinesMs: readonly number[];
  /** How many calls were refused without a line since the last line was shown. */
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

/** Whether to show a line about a refused call. Of many calls in a short time, only the first few get one. */
export function isBusyCallShown({ busyLinesMs }: CallLog, { uptimeMs }: Caller): boolean {
  return busyLinesMs.filter((shown) => shown > uptimeMs - BUSY_LINES_MS).length < MAX_BUSY_LINES;
}
