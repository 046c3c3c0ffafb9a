/**
 * Callers whose calls come to nothing again and again. What is remembered is bounded; durations are measured
 * by the monotonic clock.
 */

import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';

/** How long an address is remembered for a call that came to nothing, in milliseconds. */
const NUISANCE_MS = 60_000;

/** How many such calls an address may have in that time; then its calls are refused without a word. */
const MAX_UNANSWERED_CALLS = 3;

/** Most such calls that are remembered: the latest. */
const MAX_UNANSWERED_CALLS_REMEMBERED = 100;

/** When an event came about. */
export interface Moment {
  /** Milliseconds since 1970, to be shown. */
  readonly atMs: number;
  /** Milliseconds of the monotonic clock, to measure durations. */
  readonly uptimeMs: number;
}

/** A caller as it introduced itself, if it did, and as the network knows it. */
export interface Caller extends Moment {
  readonly caller: UserId | undefined;
  readonly address: DisplayText;
}

/** Calls that the caller gave up, or that were refused; oldest first. */
export type UnansweredCalls = readonly Pick<Caller, 'address' | 'uptimeMs'>[];

/** Who calls: by the id that the caller gave, or else by its address. */
export function callerName({ caller, address }: Pick<Caller, 'caller' | 'address'>): DisplayText {
  return (caller ?? address) as DisplayText;
}

/** Remembers a call that came to nothing: the caller hung up, or the user or the timeout refused it. */
export function withUnansweredCall(
  calls: UnansweredCalls,
  { address, uptimeMs }: UnansweredCalls[number],
): UnansweredCalls {
  return [...calls, { address, uptimeMs }].slice(-MAX_UNANSWERED_CALLS_REMEMBERED);
}

/** True for an address with too many such calls lately: the user is not asked about its calls for a while. */
export function isNuisance(calls: UnansweredCalls, { address, uptimeMs }: UnansweredCalls[number]): boolean {
  const recent = calls.filter(
    (other) => other.address === address && other.uptimeMs > uptimeMs - NUISANCE_MS,
  );
  return recent.length >= MAX_UNANSWERED_CALLS;
}
