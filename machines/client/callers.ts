/**
 * Callers, and nuisance callers: addresses with several unanswered calls in a short time. The list of
 * unanswered calls is bounded. Durations are measured by the monotonic clock.
 */

import type { Buddy } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { findLookAlike } from '../../protocol/look-alikes.js';
import type { BuddyTrusts } from './pins.js';
import type { Protection } from './protection.js';

/** How long an unanswered call counts against its address, in milliseconds. */
const NUISANCE_MS = 60_000;

/**
 * After this many unanswered calls within {@link NUISANCE_MS}, further calls from the address are refused
 * silently.
 */
const MAX_UNANSWERED_CALLS = 3;

/** The maximum number of unanswered calls in the list. The oldest are dropped. */
const MAX_UNANSWERED_CALLS_REMEMBERED = 100;

/** When an event occurred. */
export interface Moment {
  /** Milliseconds since 1970, to show to the user. */
  readonly atMs: number;
  /** Milliseconds of the monotonic clock, to measure durations. */
  readonly uptimeMs: number;
}

/** A caller: the id that it claims, if any, and its address. */
export interface Caller extends Moment {
  readonly caller: UserId | undefined;
  readonly address: DisplayText;
  /** Set if the owner of call control knows more about a caller that is shown by its address. */
  readonly hint?: CallerHint;
  readonly protection?: Protection;
  readonly standing?: CallerStanding;
}

/**
 * A caller whose id is not on the user's buddy list. Set only if the user has a key. `looksLike`: a buddy of
 * the user whose id is similar.
 */
export interface CallerStanding {
  readonly isUnlisted: true;
  readonly looksLike?: UserId;
}

/**
 * `claims`: the caller claims the user's own id. `buddiesThere`: the caller gave no id, and these buddies
 * have its address.
 */
export type CallerHint = { readonly claims: UserId } | { readonly buddiesThere: readonly UserId[] };

/** The maximum number of buddies to name for one address. */
const MAX_BUDDIES_THERE = 3;

/**
 * Prepares a caller for display. A caller that claims the user's own id is shown by its address. A caller
 * without an id is shown by its address and the buddies with that address. Buddies whose calls would
 * be private are not shown: those who have a key, or may have one that is not known here yet.
 */
export function withHint<TCaller extends Caller>(
  call: TCaller,
  user: UserId | undefined,
  buddies: readonly Buddy[],
  trust?: BuddyTrusts,
): TCaller {
  const { caller, address } = call;
  if (caller !== undefined)
    return caller === user
      ? { ...call, caller: undefined, hint: { claims: caller } }
      : withStanding(call, caller, buddies);
  // If no trust is reported yet, only the protection of the call shows whether the user has a key.
  const isPartial = trust === undefined ? call.protection !== undefined : trust.isPartial === true;
  const isOpen = (id: UserId) => trust?.get(id) === 'open' || (!isPartial && trust?.has(id) !== true);
  const there = buddies
    .filter(({ endpoint, id }) => endpoint?.address === address && isOpen(id))
    .map(({ id }) => id);
  if (there.length === 0) return call;
  return { ...call, hint: { buddiesThere: there.slice(0, MAX_BUDDIES_THERE) } };
}

function withStanding<TCaller extends Caller>(call: TCaller, id: UserId, buddies: readonly Buddy[]): TCaller {
  if (call.protection === undefined || buddies.some((buddy) => buddy.id === id)) return call;
  const looksLike = findLookAlike(
    id,
    buddies.map((buddy) => buddy.id),
  );
  return { ...call, standing: { isUnlisted: true, ...(looksLike && { looksLike }) } };
}

/** Calls that the caller gave up, or that the user or the timeout refused. Oldest first. */
export type UnansweredCalls = readonly Pick<Caller, 'address' | 'uptimeMs'>[];

/** The name of a caller: its id if it gave one, otherwise its address. */
export function callerName({ caller, address }: Pick<Caller, 'caller' | 'address'>): DisplayText {
  return (caller ?? address) as DisplayText;
}

/** Adds an unanswered call. */
export function withUnansweredCall(
  calls: UnansweredCalls,
  { address, uptimeMs }: UnansweredCalls[number],
): UnansweredCalls {
  return [...calls, { address, uptimeMs }].slice(-MAX_UNANSWERED_CALLS_REMEMBERED);
}

/**
 * Whether an address has too many recent unanswered calls, so its calls are refused without asking the user.
 */
export function isNuisance(calls: UnansweredCalls, { address, uptimeMs }: UnansweredCalls[number]): boolean {
  const recent = calls.filter(
    (other) => other.address === address && other.uptimeMs > uptimeMs - NUISANCE_MS,
  );
  return recent.length >= MAX_UNANSWERED_CALLS;
}
