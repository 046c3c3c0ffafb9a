/**
 * The two users of the benchmarks of chats, and the lines that they send.
 */

import type { UserId } from '../../protocol/id.js';

export const CALLER = 'anna' as UserId;
export const CALLED = 'bert' as UserId;

/** How many lines are timed, one after the other, and the pause between them in milliseconds. */
export const TIMED_LINES = 1_000;
export const PAUSE_MS = 2;

export const BURST_LINES = 50_000;
