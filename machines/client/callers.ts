/**
 * What is remembered of calls: those that were missed, those refused for a busy user, and callers who ring in
 * vain again and again. All of it is bounded; times are milliseconds since 1970.
 */

import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';

/** Most missed calls that are listed: the latest. */
const MAX_MISSED_CALLS = 20;

/** How long an address that rings in vain is remembered for it, in milliseconds. */
const NUISANCE_MS = 60_000;

/** How often it may do so in that time; then its calls are refused without a word. */
const MAX_HANG_UPS = 3;

/** Most hang-ups remembered: the latest. */
const MAX_HANG_UPS_REMEMBERED = 100;

/** Most lines about refused calls in so many milliseconds; the next line counts what came meanwhile. */
const MAX_BUSY_LINES = 3;
const BUSY_LINES_MS = 10_000;

/** A caller as it introduced itself, if it did, and as the network knows it. */
export interface Caller {
  readonly caller: UserId | undefined;
  readonly address: DisplayText;
  readonly atMs: number;
}

/** Calls of the past. */
export interface CallLog {
  /** Oldest first. */
  readonly missed: readonly Caller[];
  readonly hangUps: readonly Caller[];
  /** When the user was told of refused calls lately, and how many were refused since without a word. */
  readonly busyLinesAtMs: readonly number[];
  readonly busyCalls: number;
}

export const NO_CALLS: CallLog = { missed: [], hangUps: [], busyLinesAtMs: [], busyCalls: 0 };

/** Who it is that calls: by the id they say they have, or else by their address. */
export function nameOf({ caller, address }: Caller): DisplayText {
  return (caller ?? address) as DisplayText;
}

export function withMissed(log: CallLog, call: Caller): CallLog {
  return { ...log, missed: [...log.missed, call].slice(-MAX_MISSED_CALLS) };
}

/** Takes note of a caller who hung up before the user had answered. */
export function withHangUp(log: CallLog, call: Caller): CallLog {
  return withDeclined(withMissed(log, call), call);
}

/** Takes note of a caller whom the user, or the minute that there is to answer, refused. */
export function withDeclined(log: CallLog, call: Caller): CallLog {
  return { ...log, hangUps: [...log.hangUps, call].slice(-MAX_HANG_UPS_REMEMBERED) };
}

/** True for a caller who only rings: nobody need be asked about it for a while. */
export function isNuisance({ hangUps }: CallLog, { address, atMs }: Caller): boolean {
  const recent = hangUps.filter((other) => other.address === address && other.atMs > atMs - NUISANCE_MS);
  return recent.length >= MAX_HANG_UPS;
}

/** Takes note of a call that was refused for a busy user. */
export function withBusy(log: CallLog, call: Caller): CallLog {
  if (!isBusyTold(log, call)) return { ...log, busyCalls: log.busyCalls + 1 };
  const busyLinesAtMs = [...log.busyLinesAtMs, call.atMs].slice(-MAX_BUSY_LINES);
  return { ...log, busyLinesAtMs, busyCalls: 0 };
}

/** True where the user is to be told of a refused call: not of all, where there are many. */
export function isBusyTold({ busyLinesAtMs }: CallLog, { atMs }: Caller): boolean {
  return busyLinesAtMs.filter((told) => told > atMs - BUSY_LINES_MS).length < MAX_BUSY_LINES;
}
