/**
 * The two users of the benchmarks of chats, and their server's database.
 */

import type { UserId } from '../../protocol/id.js';
import { openTextStore } from '../../storage/text/text-store.js';

export const CALLER = 'anna' as UserId;
export const CALLED = 'bert' as UserId;

/** How many lines are timed, one after the other, and the pause between them in milliseconds. */
export const TIMED_LINES = 1_000;
export const PAUSE_MS = 2;

export const BURST_LINES = 50_000;

/** Makes a database in which each of the two users is on the list of the other. */
export async function makeBuddies(directory: string): Promise<void> {
  const store = await openTextStore(directory);
  await store.commit([
    { op: 'REG', id: CALLER },
    { op: 'REG', id: CALLED },
    { op: 'ADD', id: CALLER, buddy: CALLED },
    { op: 'ADD', id: CALLED, buddy: CALLER },
  ]);
  await store.close();
}
