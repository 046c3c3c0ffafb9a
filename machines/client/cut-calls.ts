/**
 * Calls that are cut without asking the user. The list has an entry for each pair of address and cause. The
 * user is notified of the first call of a pair, and then, at most once a minute, of the number of further
 * calls of that pair. The list is bounded: if it is full, and each entry had a notification in the last
 * minute, a call of any other pair is neither reported nor counted. Durations are measured by the monotonic
 * clock.
 */

import type { DisplayText } from '../../protocol/display-text.js';

/**
 * Why a call is refused, if a key or the privacy setting is the reason:
 *
 * - `changed`: the server names a key other than the known key;
 * - `damaged`: the known key is not readable;
 * - `wrong-key`: the caller's key is not the key of the buddy, or its device is revoked;
 * - `in-clear`: the call is in clear, although the buddy has a key;
 * - `server-silent`: the call is in clear, and the server does not say whether the buddy has a key;
 * - `not-private`: the call is in clear, and the user wants private calls only.
 */
export type DenialCause = 'changed' | 'damaged' | 'wrong-key' | 'in-clear' | 'server-silent' | 'not-private';

/**
 * Why a call is cut:
 *
 * - a cause of {@link DenialCause};
 * - `crowded`: the limit of calls for the caller's address, or for all addresses together, was reached;
 * - `callback`: the caller speaks dialect E. It reads only from a connection that the called client opens to
 *   the caller, and this client opens no such connection.
 */
export type CutCause = 'crowded' | 'callback' | DenialCause;

/** The shortest time between two notifications about the same pair of address and cause, in milliseconds. */
const NOTIFY_INTERVAL_MS = 60_000;

/** The maximum number of pairs about which the user is notified within {@link NOTIFY_INTERVAL_MS}. */
const MAX_NOTIFIED = 20;

interface Notified {
  /** The address of the callers, or the id in whose name they call. */
  readonly address: DisplayText;
  readonly cause: CutCause;
  readonly notifiedMs: number;
  /** Calls of this pair that were cut since the notification. */
  readonly untold: number;
}

export type CutCalls = readonly Notified[];

export interface CutCall {
  readonly address: DisplayText;
  readonly cause: CutCause;
  readonly uptimeMs: number;
}

/**
 * Counts a call that is cut.
 *
 * @returns The new list. `untold` is `undefined` if the user is not notified of this call. Otherwise `untold`
 *   is the number of calls of this pair that were cut after the last notification, not counting this call.
 */
export function withCutCall(
  cuts: CutCalls,
  { address, cause, uptimeMs }: CutCall,
): { readonly cuts: CutCalls; readonly untold: number | undefined } {
  const isRecent = ({ notifiedMs }: Notified) => notifiedMs > uptimeMs - NOTIFY_INTERVAL_MS;
  const same = cuts.find((notified) => notified.address === address && notified.cause === cause);
  const others = cuts.filter((notified) => notified !== same);
  if (same !== undefined && isRecent(same)) {
    const counted = { ...same, untold: same.untold + 1 };
    return { cuts: cuts.map((notified) => (notified === same ? counted : notified)), untold: undefined };
  }
  if (others.filter(isRecent).length >= MAX_NOTIFIED) return { cuts, untold: undefined };
  // The oldest entries are dropped first. An entry that is no longer recent keeps its count until it is
  // dropped.
  const kept = others.slice(-(MAX_NOTIFIED - 1));
  return { cuts: [...kept, { address, cause, notifiedMs: uptimeMs, untold: 0 }], untold: same?.untold ?? 0 };
}
