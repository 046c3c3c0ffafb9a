/**
 * Callers whose calls come to nothing again and again. What is remembered is bounded; durations are measured
 * by the monotonic clock.
 */

import type { Buddy } from '../../protocol/buddy-list.js';
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
  /** There where the owner of call control knows something of a caller that goes by its address. */
  readonly hint?: CallerHint;
}

/** The caller claims the user's own id; or it gave no id, and these buddies are at its address. */
export type CallerHint = { readonly claims: UserId } | { readonly buddiesThere: readonly UserId[] };

/** Most buddies that are named for one address. */
const MAX_BUDDIES_THERE = 3;

/**
 * A caller as its user is told of it. One that claims the user's own id goes by its address, and one without
 * an id by its address with the buddies that are there.
 */
export function withHint<TCaller extends Caller>(
  call: TCaller,
  user: UserId | undefined,
  buddies: readonly Buddy[],
): TCaller {
  const { caller, address } = call;
  if (caller !== undefined)
    return caller === user ? { ...call, caller: undefined, hint: { claims: caller } } : call;
  const there = buddies.filter(({ endpoint }) => endpoint?.address === address).map(({ id }) => id);
  if (there.length === 0) return call;
  return { ...call, hint: { buddiesThere: there.slice(0, MAX_BUDDIES_THERE) } };
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
