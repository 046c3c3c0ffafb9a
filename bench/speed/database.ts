/**
 * The databases that servers are measured with.
 */

import { parseId, type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import { openTextStore } from '../../storage/text/text-store.js';
import { LISTS, listId } from './tcp-load.js';

/** How many changes are committed at a time. */
const GROUP = 65_536;

/** Users with long lists, and how long these and all others are. */
export const LONG_LISTS = 100;
const LONG = 200;
const SHORT = 20;

/** What the ids begin with: of users with long lists, and of all others. */
export const LONG_PREFIX = 'long';
export const PREFIX = 'user';

/** From one user to the next, and from one buddy to the next: both lead to all users, in no order. */
const STRIDE = 7_919;
const STEP = 104_729;

/**
 * Whose list it is that begins with this buddy.
 *
 * @param users How many users there are.
 */
export function ownerOf(firstBuddy: number, users: number): number {
  const offset = (((firstBuddy - STEP) % users) + users) % users;
  return (offset * inverseOfStride(users)) % users;
}

const inverses = new Map<number, number>();

function inverseOfStride(users: number): number {
  const known = inverses.get(users) ?? inverse(STRIDE, users);
  inverses.set(users, known);
  return known;
}

/** By what one must multiply to get 1 of a number, modulo another. */
function inverse(number: number, modulus: number): number {
  let [previous, current] = [modulus, number % modulus];
  let [before, now] = [0, 1];
  while (current !== 0) {
    const quotient = Math.floor(previous / current);
    [previous, current] = [current, previous - quotient * current];
    [before, now] = [now, before - quotient * now];
  }
  return ((before % modulus) + modulus) % modulus;
}

/**
 * Makes a database: users of whom half have {@link SHORT} buddies, by chance among all of them, a few with
 * long lists, and those whose lists are changed.
 */
export async function makeDatabase(directory: string, users: number): Promise<void> {
  const store = await openTextStore(directory, { minCompactionBytes: Number.POSITIVE_INFINITY });
  let group: Change[] = [];
  for (const change of changesFor(users)) {
    group.push(change);
    if (group.length < GROUP) continue;
    await store.commit(group);
    group = [];
  }
  await store.commit(group);
  await store.compact();
  await store.close();
}

function* changesFor(users: number): Generator<Change> {
  for (let user = 0; user < users; user++) yield { op: 'REG', id: idOf(PREFIX, user) };
  for (let user = 0; user < LONG_LISTS; user++) yield { op: 'REG', id: idOf(LONG_PREFIX, user) };
  for (let user = 0; user < LISTS; user++) yield { op: 'REG', id: listId(user) as UserId };
  for (let user = 0; user < users / 2; user++) yield* listOf(idOf(PREFIX, user), user, SHORT, users);
  for (let user = 0; user < LONG_LISTS; user++) yield* listOf(idOf(LONG_PREFIX, user), user, LONG, users);
}

/** Different buddies, anywhere among all users, as friends are. */
function* listOf(id: UserId, user: number, length: number, users: number): Generator<Change> {
  for (let buddy = 1; buddy <= length; buddy++) {
    yield { op: 'ADD', id, buddy: idOf(PREFIX, (user * STRIDE + buddy * STEP) % users) };
  }
}

function idOf(prefix: string, user: number): UserId {
  return parseId(`${prefix}${user}`) as UserId;
}
