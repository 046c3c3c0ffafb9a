/**
 * Calls that are refused before anybody is asked: the user is told once of an address, and then once a minute
 * how many there were. What is remembered is bounded; durations are measured by the monotonic clock.
 */

import type { DisplayText } from '../../protocol/display-text.js';

/**
 * Why a call is cut:
 *
 * - `crowded`: its address had as many calls as it may, or there was no room at all;
 * - `callback`: its caller (dialect E) reads only on a connection back, which is not made.
 */
export type CutCause = 'crowded' | 'callback';

/** How long nothing more is told of an address and a cause, in milliseconds. */
const TOLD_MS = 60_000;

/** Most addresses and causes that are told of in that time. */
const MAX_TOLD = 20;

interface Told {
  readonly address: DisplayText;
  readonly cause: CutCause;
  readonly toldMs: number;
  /** How many calls were cut since, and not told of. */
  readonly untold: number;
}

export type CutCalls = readonly Told[];

export interface CutCall {
  readonly address: DisplayText;
  readonly cause: CutCause;
  readonly uptimeMs: number;
}

/**
 * Counts a call that is cut.
 *
 * @returns What is remembered from now on; and, where the user is to be told, how many calls of the address
 *   were cut before without a word.
 */
export function withCutCall(
  cuts: CutCalls,
  { address, cause, uptimeMs }: CutCall,
): { readonly cuts: CutCalls; readonly untold: number | undefined } {
  const isRecent = ({ toldMs }: Told) => toldMs > uptimeMs - TOLD_MS;
  const same = cuts.find((told) => told.address === address && told.cause === cause);
  const others = cuts.filter((told) => told !== same);
  if (same !== undefined && isRecent(same)) {
    const counted = { ...same, untold: same.untold + 1 };
    return { cuts: cuts.map((told) => (told === same ? counted : told)), untold: undefined };
  }
  if (others.filter(isRecent).length >= MAX_TOLD) return { cuts, untold: undefined };
  // The oldest are dropped first: their count is kept until then, though it is no longer recent.
  const kept = others.slice(-(MAX_TOLD - 1));
  return { cuts: [...kept, { address, cause, toldMs: uptimeMs, untold: 0 }], untold: same?.untold ?? 0 };
}
